"""The pages of the rules: a Markdown file for each, beside the module that declares the rule."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Mapping

from xpkg_tool.diagnostics.rule import Rule

# The page of the project that lists all rules. The project has no public home yet: whoever has one
# says where by `--docs-url` or `XPKG_DOCS_URL` (cli/output.py).
PAGE = "docs/lint-rules.md"

_TOOL = Path(__file__).resolve().parent.parent

_FENCE = re.compile(r"^(```.*?^```\n?)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def link(code: str, page: str) -> str:
    """The address of the rule in `page`, a path or URL."""
    return f"{page}#{code.lower()}"


def entry(rule: Rule) -> str | None:
    """What a rule is about, with examples, as Markdown; None where the tool came without the pages
    (a process that Pants runs has its Python files only)."""
    path = _pages().get(rule.code)
    return None if path is None else body(rule, path.read_text("utf-8"))


def body(rule: Rule, page: str) -> str:
    """The text of a page as it is shown: with the rule's severity, and without the comments that
    are for the project's tests."""
    return f"Severity: {rule.severity}. {_COMMENT.sub('', page)}"


def plain(markdown: str) -> str:
    """Markdown for a terminal: a link is its text, followed by its address where that leads out of
    the project."""
    parts = _FENCE.split(markdown)
    return "".join(part if part.startswith("```") else _LINK.sub(_shown, part) for part in parts)


def _shown(found: re.Match[str]) -> str:
    text, address = found.groups()
    return f"{text} ({address})" if "://" in address else text


@cache
def _pages() -> Mapping[str, Path]:
    return {path.stem: path for path in _TOOL.rglob("*.md")}
