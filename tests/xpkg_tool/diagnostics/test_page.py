"""The pages of the rules, as the tool shows them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xpkg_tool.diagnostics import page
from xpkg_tool.diagnostics.catalogue import PUBLISHING_ERRORS, RULES
from xpkg_tool.diagnostics.page import body, entry, link, plain
from xpkg_tool.diagnostics.rule import Rule

RULE = Rule("XP999", "made-up", "Something is wrong.")


@pytest.mark.parametrize(
    "rule", [*RULES.values(), *PUBLISHING_ERRORS.values()], ids=lambda r: r.code
)
def test_each_rule_has_its_page(rule: Rule) -> None:
    text = entry(rule)
    assert text is not None
    assert text.startswith(f"Severity: {rule.severity}. ")
    assert "<!--" not in text and not re.search("^#+ ", plain(text).split("```")[0], re.MULTILINE)
    # Examples are whole.
    assert len(re.findall("^```", text, re.MULTILINE)) % 2 == 0


def test_a_rule_without_a_page() -> None:
    assert entry(RULE) is None


def test_without_the_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page, "_TOOL", tmp_path)
    page._pages.cache_clear()
    try:
        assert entry(RULES["XP202"]) is None
    finally:
        page._pages.cache_clear()


def test_comments_for_tests_are_not_shown() -> None:
    text = "One.\n\n<!-- wrong: a.yaml -->\n```yaml\n# a\n```\n"
    assert body(RULE, text) == "Severity: error. One.\n\n```yaml\n# a\n```\n"


def test_plain() -> None:
    markdown = "See [XP008](XP008.md), [the page](a.md#b) and [x](https://a.example.org/b).\n"
    assert plain(markdown) == "See XP008, the page and x (https://a.example.org/b).\n"
    example = "```yaml\na: [b](c)\n```\n"
    assert plain(f"[a](b)\n{example}[c](d)\n") == f"a\n{example}c\n"


def test_link() -> None:
    assert link("XP202", "docs/lint-rules.md") == "docs/lint-rules.md#xp202"
