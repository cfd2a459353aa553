"""build-support/pants-names.tsv: each name that the backend imports is in every version of Pants
that imports the module."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PROGRAM = PROJECT / "build-support" / "pants_names.py"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = util.spec_from_file_location("pants_names", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules["pants_names"] = module
    spec.loader.exec_module(module)
    return module


def test_each_import_works_in_each_version_that_needs_it(program: ModuleType) -> None:
    """After a new import: `python build-support/pants_names.py CLONE`."""
    assert program.missing() == []


def test_the_table_is_sorted_and_has_nothing_else(program: ModuleType) -> None:
    imported = {(found.module, found.name) for found in program.imports()}
    assert list(program.read_table()) == sorted(imported)
    assert len(imported) > 100


def test_the_promise_is_what_the_documentation_says(program: ModuleType) -> None:
    page = (PROJECT / "docs" / "pants-versions.md").read_text("utf-8")
    rows = re.findall(r"^\| (2\.\d+) to (2\.\d+) \| CPython 3\.\d+", page, re.MULTILINE)
    found = [v for first, last in rows for v in _range(first, last)]
    assert tuple(found) == program.VERSIONS
    sources = (PROJECT / "pants-plugins" / "xpkg" / "__init__.py").read_text("utf-8")
    assert f'Version("{program.BY_NAME}.0.dev0")' in sources


def _range(first: str, last: str) -> list[str]:
    minors = range(int(first[2:]), int(last[2:]) + 1)
    return [f"2.{minor}" for minor in minors]


@pytest.mark.parametrize(
    ("twin", "text", "expected"),
    [
        (False, "from pants.engine.rules import collect_rules", []),
        (
            False,
            "from pants.engine.rules import Get",
            ["goals/a.py:1: pants.engine.rules.Get is not in Pants 2.32, 2.33"],
        ),
        (True, "from pants.engine.rules import Get", []),
        (
            False,
            "\ndef f():\n    from pants.engine import made_up",
            ["goals/a.py:3: pants.engine.made_up is not in pants-names.tsv"],
        ),
        (False, "from pantsy import x\nfrom . import y", []),
    ],
)
def test_what_is_missing(
    program: ModuleType, tmp_path: Path, twin: bool, text: str, expected: list[str]
) -> None:
    backend = tmp_path / "xpkg"
    for folder in ("goals", *(["_by_name/goals"] if twin else [])):
        (backend / folder).mkdir(parents=True)
    (backend / "goals" / "a.py").write_text(text)
    if twin:
        (backend / "_by_name" / "goals" / "a.py").write_text("")
    assert program.missing(backend) == expected


def test_the_table_is_written_from_a_clone(
    program: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "pants"
    package = clone / "src" / "python" / "pants" / "engine"
    package.mkdir(parents=True)

    def git(*args: str) -> None:
        who = ("-c", "user.name=Alice", "-c", "user.email=alice@example.org")
        command = ["git", "-C", str(clone), *who, *args]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    git("init", "--quiet")
    for version, text in (
        ("2.17.0", "class Other: ..."),  # Of a minor version only the last release counts.
        ("2.17.1", "class Old: ...\nclass Both: ..."),
        ("2.18.0", "from a import b as Both"),
        ("2.19.0", "if 1:\n    Both: int = 1\nNew = Both"),
    ):
        (package / "rules.py").write_text(text)
        git("add", "--all")
        git("commit", "--quiet", "--no-gpg-sign", "--message", version)
        git("tag", f"release_{version}")
    monkeypatch.setattr(program, "VERSIONS", ("2.17", "2.18", "2.19"))
    names = ["Old", "Both", "New"]
    row = program.Import(Path(), 1, "pants.engine.rules", "", ())
    found = [row._replace(name=name) for name in names]
    found.append(row._replace(module="pants.engine", name="rules"))
    monkeypatch.setattr(program, "imports", lambda: found)
    assert program.table(str(clone)).splitlines()[1:] == [
        "pants.engine\trules\t2.17\t2.19",
        "pants.engine.rules\tBoth\t2.17\t2.19",
        "pants.engine.rules\tNew\t2.19\t2.19",
        "pants.engine.rules\tOld\t2.17\t2.17",
    ]
    found.append(row._replace(name="Other"))
    with pytest.raises(SystemExit, match=r"No version of Pants has pants\.engine\.rules\.Other\."):
        program.table(str(clone))
