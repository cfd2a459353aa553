"""Which texts no fast reader takes."""

from __future__ import annotations

import pytest

from xpkg_tool.documents.uncertain import is_special


@pytest.mark.parametrize("character", ["\t", "\x85", "\u2028", "\u2029", "\ufeff", "\ud800"])
def test_what_parsers_disagree_about(character: str) -> None:
    for text in (f"a: {character}\n", f"\u00e9: {character}\n", character):
        assert is_special(text)


@pytest.mark.parametrize("text", ["", "a: b\n", "\u00e9: \u2027\u202a\ufefe\ue000\U0001f600\n"])
def test_other_text(text: str) -> None:
    assert not is_special(text)
