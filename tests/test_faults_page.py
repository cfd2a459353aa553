"""docs/faults.md: each fault has its tests, and each test of a fault stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PAGE = (TESTS.parent / "docs" / "faults.md").read_text("utf-8")
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
# All tests of these stand on the page.
OF_FAULTS = [
    TESTS / "xpkg_tool" / "test_bad_packages.py",
    *sorted((TESTS / "xpkg_tool" / "registry" / "faults").glob("test_*.py")),
]


def names_in(path: Path) -> list[str]:
    """The names of a file's tests, as pytest collects them."""
    names = []
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [t.id for t in node.targets if isinstance(t, ast.Name)]
    return [name for name in names if name.lower().startswith("test")]


def test_what_the_page_names_exists() -> None:
    assert len(NAMED) > 100 and len(OF_FAULTS) > 20
    missing = [f"{path}::{name}" for path, name in NAMED if name not in names_in(TESTS / path)]
    assert missing == []


def test_each_test_of_a_fault_is_on_the_page() -> None:
    found = [(p.relative_to(TESTS).as_posix(), name) for p in OF_FAULTS for name in names_in(p)]
    assert [f"{path}::{name}" for path, name in found if (path, name) not in NAMED] == []


def test_no_test_is_named_after_a_number() -> None:
    """Whoever reads a name wants to know what goes wrong."""
    numbered = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in sorted(TESTS.rglob("test_*.py"))
        for name in [path.stem, *names_in(path)]
        if re.match(r"test_\d", name)
    ]
    assert numbered == []
