"""SECURITY.md promises nothing that no test holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
_TEXT = (PROJECT / "SECURITY.md").read_text("utf-8")
_TEST = re.compile(r"`(test_\w+)`")


def _promises() -> list[str]:
    """The items of lists, and the rows of the table of inputs that may not do everything."""
    text = _TEXT.partition("\n## What is promised\n")[2].partition("\n### What is not promised\n")[
        0
    ]
    items = re.findall(r"^- .+?(?=^- |^$|\Z)", text, re.MULTILINE | re.DOTALL)
    table = text.partition("| input | can | cannot | tests |\n|---|---|---|---|\n")[2]
    rows = [row for row in table.partition("\n\n")[0].split("\n") if "| everything: " not in row]
    assert len(items) >= 15 and len(rows) > 3
    return [*items, *rows]


def _tests() -> set[str]:
    return {
        node.name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("promise", _promises())
def test_each_promise_names_a_test(promise: str) -> None:
    assert _TEST.search(promise), promise


def test_the_tests_that_are_named_exist() -> None:
    named = set(_TEST.findall(_TEXT))
    assert named - _tests() == set()


def test_all_that_the_tool_imports_is_locked_with_hashes() -> None:
    lock = (PROJECT / "pants-plugins/xpkg/tool.lock").read_text("utf-8")
    requirements = re.findall(r"^[A-Za-z0-9].*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert len(requirements) > 5
    for requirement in requirements:
        assert re.match(r"[\w.-]+(\[\w+\])?==\S+ ", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
