"""What was probably meant."""

from __future__ import annotations

import pytest

from xpkg_tool.diagnostics.suggestions import misspelling, similar

KNOWN = ("description", "defaultCompositionRef", "name", "names", "url", "specReplicasPath")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("desciption", "description"),
        ("descirption", "description"),
        ("descriptions", "description"),
        ("specReplicaPath", "specReplicasPath"),
        ("nmae", "name"),
        ("names", "names"),
        # Other words, however much they have in common.
        ("defaultCompositionRevisionSelector", None),
        ("defaultCompositionRevisionRef", None),
        ("statusReplicasPath", None),
        ("describe", None),
        ("nam", None),
        ("uri", None),
        ("", None),
    ],
)
def test_a_misspelling_is_one_or_two_letters_away(word: str, meant: str | None) -> None:
    assert misspelling(word, KNOWN) == meant


def test_the_nearest_is_named() -> None:
    assert misspelling("namess", KNOWN) == "names"
    assert misspelling("nams", ("nam", "name", "nans")) in ("name", "nans")
    assert similar("Everywhre", ("Namespaced", "Everywhere")) == "Everywhere"
