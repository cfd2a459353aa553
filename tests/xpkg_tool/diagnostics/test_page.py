"""The entries of docs/lint-rules.md that the tool shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xpkg_tool.diagnostics import page
from xpkg_tool.diagnostics.catalogue import RULES
from xpkg_tool.diagnostics.page import entry, link, plain


@pytest.mark.parametrize("code", RULES)
def test_each_rule_has_its_entry_and_nothing_of_another(code: str) -> None:
    text = entry(code)
    assert text is not None
    assert text.startswith(f"Severity: {RULES[code].severity}.")
    assert "<!--" not in text and "\n## " not in text and "\n### " not in text
    # Examples are whole.
    assert len(re.findall("^```", text, re.MULTILINE)) % 2 == 0


def test_a_code_without_an_entry() -> None:
    assert entry("XP999") is None
    assert entry("The rules") is None


def test_without_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page, "_COPY", tmp_path / "gone.md")
    page._entries.cache_clear()
    try:
        assert entry("XP202") is None
    finally:
        page._entries.cache_clear()


def test_headings_in_examples_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (
        "# Page\n\n## Group\n\nText.\n\n### XP001\n\nOne.\n\n<!-- wrong: a.yaml -->\n```yaml\n"
        "### XP002\na: 1\n```\n\nEnd.\n\n### XP003\n\nThree.\n## Other\n\nText.\n"
    )
    (tmp_path / "page.md").write_text(text)
    monkeypatch.setattr(page, "_COPY", tmp_path / "page.md")
    page._entries.cache_clear()
    try:
        assert entry("XP001") == "One.\n\n```yaml\n### XP002\na: 1\n```\n\nEnd.\n"
        assert entry("XP002") is None
        assert entry("XP003") == "Three.\n"
    finally:
        page._entries.cache_clear()


def test_plain() -> None:
    markdown = "See [XP008](#xp008), [the page](a.md#b) and [x](https://a.example.org/b).\n"
    assert plain(markdown) == "See XP008, the page and x (https://a.example.org/b).\n"
    example = "```yaml\na: [b](c)\n```\n"
    assert plain(f"[a](b)\n{example}[c](d)\n") == f"a\n{example}c\n"


def test_link() -> None:
    assert link("XP202", "docs/lint-rules.md") == "docs/lint-rules.md#xp202"
