"""The page that explains the rules, docs/lint-rules.md, of which a copy comes with the tool."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Mapping

# Where the page is in the project. The project has no public home yet: whoever has one says where
# by `--docs-url` or `XPKG_DOCS_URL` (commands/output.py).
PAGE = "docs/lint-rules.md"

# In a checkout a link to the page, in a wheel the page itself.
_COPY = Path(__file__).parent / "lint-rules.md"

_HEADING = re.compile(r"^(#{2,6}) (.+)\n", re.MULTILINE)
_CODE = re.compile(r"XP\d{3}")
_FENCE = re.compile(r"^(```.*?^```\n?)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def link(code: str, page: str) -> str:
    """The address of the rule's entry in `page`, a path or URL."""
    return f"{page}#{code.lower()}"


def entry(code: str) -> str | None:
    """The entry of a rule as Markdown, without its heading and the comments that are for the
    project's tests; None where there is none, or where the tool came without the page (a process
    that Pants runs has its Python files only)."""
    return _entries().get(code)


def plain(markdown: str) -> str:
    """Markdown for a terminal: a link is its text, followed by its address where that leads out of
    the project."""
    parts = _FENCE.split(markdown)
    return "".join(part if part.startswith("```") else _LINK.sub(_shown, part) for part in parts)


def _shown(found: re.Match[str]) -> str:
    text, address = found.groups()
    return f"{text} ({address})" if "://" in address else text


@cache
def _entries() -> Mapping[str, str]:
    try:
        text = _COPY.read_text("utf-8")
    except FileNotFoundError:
        return {}
    # A line in an example may look like a heading.
    hidden = _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    headings = list(_HEADING.finditer(hidden))
    ends = [found.start() for found in headings[1:]] + [len(text)]
    return {
        found[2]: _COMMENT.sub("", text[found.end() : end]).strip() + "\n"
        for found, end in zip(headings, ends)
        if _CODE.fullmatch(found[2])
    }
