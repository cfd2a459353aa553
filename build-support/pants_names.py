"""Which versions of Pants have the names that the backend imports: build-support/pants-names.tsv.

    python build-support/pants_names.py CLONE     writes it, from a clone of Pants' repository
    python build-support/pants_names.py           names the imports that some version fails on

Each line has a module, a name in it, and the first and the last minor version of those in VERSIONS
that have it. The last patch release of each minor version is looked at. The first form needs a
Python that parses the newest of them, such as 3.13.
"""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BACKEND = ROOT / "pants-plugins" / "xpkg"
TABLE = ROOT / "build-support" / "pants-names.tsv"

# What is promised (docs/pants-versions.md), and where the twins begin (by_name.py).
VERSIONS = tuple(f"2.{minor}" for minor in range(17, 34))
BY_NAME = "2.30"

_HEADER = "module\tname\tfirst\tlast\n"


class Import(NamedTuple):
    """A name of Pants that a module of the backend imports in the versions that use the module."""

    path: Path
    line: int
    module: str
    name: str
    versions: tuple[str, ...]


def imports(backend: Path = BACKEND) -> Iterator[Import]:
    """All imports from Pants, of the modules and of their twins."""
    start = VERSIONS.index(BY_NAME)
    for path in sorted(backend.rglob("*.py")):
        inside = path.relative_to(backend)
        if "_by_name" in inside.parts:
            versions = VERSIONS[start:]
        elif (backend / "_by_name" / inside).exists():
            versions = VERSIONS[:start]
        else:
            versions = VERSIONS
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pants":
                for alias in node.names:
                    yield Import(path, node.lineno, node.module or "", alias.name, versions)


def read_table() -> dict[tuple[str, str], tuple[str, str]]:
    """The first and the last version, by module and name."""
    lines = TABLE.read_text("utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {(module, name): (first, last) for module, name, first, last in rows}


def missing(backend: Path = BACKEND) -> list[str]:
    """The imports that fail in a version in which they have to work, as `file:line: …`."""
    table = read_table()
    found = []
    for path, line, module, name, versions in imports(backend):
        where = f"{path.relative_to(backend)}:{line}: {module}.{name}"
        if (module, name) not in table:
            found.append(f"{where} is not in {TABLE.name}")
            continue
        first, last = (VERSIONS.index(version) for version in table[module, name])
        lacking = [v for v in versions if not first <= VERSIONS.index(v) <= last]
        if lacking:
            found.append(f"{where} is not in Pants {', '.join(lacking)}")
    return found


# Reading a clone of Pants.


def _git(clone: str, *args: str) -> str | None:
    """What git prints; None where it fails."""
    command = ["git", "-C", clone, *args]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def _newest_releases(clone: str) -> dict[str, str]:
    """The tag of the last patch release, by minor version."""
    tags = re.findall(r"^release_(2\.\d+)\.(\d+)$", _git(clone, "tag") or "", re.MULTILINE)
    newest: dict[str, int] = {}
    for minor, patch in tags:
        newest[minor] = max(int(patch), newest.get(minor, 0))
    return {minor: f"release_{minor}.{patch}" for minor, patch in newest.items()}


@functools.cache
def _names(clone: str, tag: str, module: str) -> frozenset[str]:
    """What a module defines or imports at its top; of a folder also its modules."""
    base = f"src/python/{module.replace('.', '/')}"
    found: set[str] = set()
    for file in (f"{base}.py", f"{base}/__init__.py", f"{base}.pyi"):
        text = _git(clone, "show", f"{tag}:{file}")
        if text is not None:
            found.update(_defined(ast.parse(text)))
    listed = _git(clone, "ls-tree", "--name-only", tag, f"{base}/") or ""
    found.update(Path(file).stem for file in listed.splitlines())
    return frozenset(found)


def _defined(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node.name
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from (alias.asname or alias.name for alias in node.names)
            elif isinstance(node, ast.Assign):
                yield from (t.id for t in node.targets if isinstance(t, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id


def table(clone: str) -> str:
    """The text of the table. Raises SystemExit for a name that no version has."""
    tags = _newest_releases(clone)
    lines = [_HEADER]
    for module, name in sorted({(found.module, found.name) for found in imports()}):
        having = [v for v in VERSIONS if name in _names(clone, tags[v], module)]
        if not having:
            sys.exit(f"No version of Pants has {module}.{name}.")
        lines.append(f"{module}\t{name}\t{having[0]}\t{having[-1]}\n")
    return "".join(lines)


def main(arguments: list[str]) -> int:
    if arguments:
        TABLE.write_text(table(arguments[0]), "utf-8")
    found = missing()
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
