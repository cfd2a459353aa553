"""A rule: what can be wrong, and how severe that is.

Each rule is a constant of the module that checks it, its page a Markdown file beside that module,
named after the code (`lint/schedule.py`, `lint/XP708.md`). CONTRIBUTING.md says how to add one.
"""

from __future__ import annotations

from typing import NamedTuple

from xpkg_tool.diagnostics.finding import ERROR, Finding, Position


class Rule(NamedTuple):
    """A rule of the linter, or an error of publishing.

    An error is what a cluster or the package manager refuses, or content that the author wrote for
    the cluster and that every admitted release drops silently; all else is a warning.

    `code` is never used again for something else. `name` is in kebab-case, `summary` one sentence.
    `severity` is that of its findings unless a finding says otherwise. `fatal` says that
    Crossplane's own build refuses the rule's errors, or that without them something of the package
    would be lost: its errors are always on. `also` is the other severity that findings of a fatal
    rule may have, "" where they have one only; warnings can be ignored whatever the rule.
    """

    code: str
    name: str
    summary: str
    severity: str = ERROR
    fatal: bool = False
    also: str = ""

    def finding(
        self,
        message: str,
        remedy: str,
        path: str = "",
        position: Position | None = None,
        object: str = "",
        severity: str | None = None,
    ) -> Finding:
        """A finding of this rule, with its severity unless another is given."""
        return Finding(
            self.code, message, remedy, path, position, object, severity or self.severity
        )
