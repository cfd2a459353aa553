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


def misspelling(word: str, among: Iterable[str]) -> str | None:
    """The member of `among` that `word` is very likely meant to be: one or two letters away, where
    both are long enough for that. A longer distance is another word rather than a misspelling.
    (difflib has no distance; by its ratio, two letters of ten are what one letter of five is.)"""
    found: tuple[int, str] | None = None
    for other in among:
        least = min(len(word), len(other))
        limit = 2 if least >= 8 else 1 if least >= 4 else 0
        if abs(len(word) - len(other)) <= limit:
            distance = _distance(word, other)
            if distance <= limit and (found is None or distance < found[0]):
                found = distance, other
    return found[1] if found else None


def _distance(one: str, other: str) -> int:
    """How many letters are to be added, taken away, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        older, before, row = before, row, [i + 1]
        for j, wanted in enumerate(other):
            cost = min(before[j + 1] + 1, row[j] + 1, before[j] + (letter != wanted))
            if i and j and letter == other[j - 1] and one[i - 1] == wanted:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
    return row[-1]
