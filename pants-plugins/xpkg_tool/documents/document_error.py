"""The error of a document that cannot be read."""

from __future__ import annotations

from typing import Any, Sequence

from xpkg_tool.diagnostics.finding import Finding


class DocumentError(Exception):
    """Kubernetes would not read the document, or not as written. `findings` (at least one) have
    positions in the file and are in order. `readable` says that Kubernetes does read it but drops
    something; `value` is then what it reads."""

    def __init__(
        self, findings: Sequence[Finding], value: Any = None, *, readable: bool = False
    ) -> None:
        super().__init__(findings[0].message)
        self.findings = tuple(findings)
        self.value = value
        self.readable = readable
