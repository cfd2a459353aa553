"""Bytes in a document: Go's JSON reads them from base64."""

from __future__ import annotations

import re

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def is_base64(text: str) -> bool:
    """Whether Go's standard decoder accepts the string: it skips line breaks, and requires the
    padding."""
    text = text.replace("\n", "").replace("\r", "")
    return len(text) % 4 == 0 and _BASE64.fullmatch(text) is not None
