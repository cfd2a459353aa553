"""What was probably meant."""

from __future__ import annotations

from typing import Iterable


def similar(word: str, among: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The member of `among` most like `word`; None where none is like it. `cutoff` from 0 (any) to
    1 (only the same)."""
    # Only for messages: most processes never need it.
    import difflib

    found = difflib.get_close_matches(word, list(among), n=1, cutoff=cutoff)
    return found[0] if found else None
