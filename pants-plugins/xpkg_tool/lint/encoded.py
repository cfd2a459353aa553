"""Bytes in a document: Go's JSON reads them from base64."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import WRONG_TYPE
from xpkg_tool.lint.subject import Subject

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def is_base64(text: str) -> bool:
    """Whether Go's standard decoder accepts the string: it skips line breaks, and requires the
    padding."""
    text = text.replace("\n", "").replace("\r", "")
    return len(text) % 4 == 0 and _BASE64.fullmatch(text) is not None


def check_bundle(subject: Subject, path: PathOf, client: Mapping[str, Any]) -> Iterator[Finding]:
    """The `caBundle` of the webhook's `clientConfig` at `path`: on a wrong one the build fails."""
    bundle = client.get("caBundle")
    if isinstance(bundle, str) and not is_base64(bundle):
        yield subject.finding(
            WRONG_TYPE,
            "The `caBundle` is not base64, so the build fails.",
            "Remove it: Crossplane fills it in.",
            (*path, "caBundle"),
        )
