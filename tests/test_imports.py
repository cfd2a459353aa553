"""The two packages know each other in one direction only, and the tool starts little.

The backend (`xpkg`) knows the tool (`xpkg_tool`) as files that a process runs; the tool knows
nothing of Pants. So the tool works and is tested without Pants, and Pants' process never loads a
library of the tool's.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

PLUGINS = Path(__file__).resolve().parents[1] / "pants-plugins"

FORBIDDEN = {
    "xpkg_tool": {"pants", "xpkg"},
    "xpkg": {"xpkg_tool", "oras", "oryaml", "yaml", "deflate", "requests", "jsonschema"},
}

# What only publishing needs: importing it takes several times as long as building a small package.
PUBLISHING_ONLY = {
    "http.client",
    "jsonschema",
    "oras",
    "requests",
    "ssl",
    "urllib3",
    "xpkg_tool.registry",
}


def imported(path: Path, package: str) -> Iterator[tuple[str, int]]:
    """The full names that a module imports, wherever in it, each with its line.

    `package` is the module's package, for relative imports. A module that is imported by name at
    run time counts when the name is written there.
    """
    for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(part for part in (start, node.module) if part)
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno
        elif isinstance(node, ast.Call) and _called_name(node.func) in (
            "import_module",
            "__import__",
        ):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, node.lineno


def _called_name(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None


def violations(package: str, root: Path) -> list[str]:
    """Each forbidden import of the package's modules, as `file:line: imports name`."""
    found = []
    for path in sorted((root / package).rglob("*.py")):
        inside = ".".join(path.relative_to(root).parent.parts)
        for name, line in imported(path, inside):
            if name.split(".")[0] in FORBIDDEN[package]:
                found.append(f"{path.relative_to(root)}:{line}: imports {name}")
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_crosses_the_line(package: str) -> None:
    assert len(list((PLUGINS / package).rglob("*.py"))) > 10
    assert violations(package, PLUGINS) == []


@pytest.mark.parametrize(
    ("package", "statement", "name"),
    [
        ("xpkg_tool", "import pants", "pants"),
        ("xpkg_tool", "def f():\n    from pants.engine.rules import Get", "pants.engine.rules.Get"),
        ("xpkg_tool", "from xpkg import tool", "xpkg.tool"),
        ("xpkg_tool", "import importlib\nimportlib.import_module('xpkg.tool')", "xpkg.tool"),
        ("xpkg", "if True:\n    import xpkg_tool.build as b", "xpkg_tool.build"),
        ("xpkg", "from yaml import safe_load", "yaml.safe_load"),
        ("xpkg", "__import__('oras')", "oras"),
        ("xpkg", "from . import tool\nfrom .. import oras, tool", None),
    ],
)
def test_the_check_finds_imports(
    tmp_path: Path, package: str, statement: str, name: str | None
) -> None:
    module = tmp_path / package / "goals" / "made_up.py"
    module.parent.mkdir(parents=True)
    module.write_text(statement)
    expected = [f"{package}/goals/made_up.py:{line}: imports {name}" for line in (1, 2)]
    found = violations(package, tmp_path)
    assert len(found) == (name is not None)
    assert set(found) <= set(expected)


def loaded_by(module: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after importing `module`."""
    # With -I, nothing of this process's environment counts; site brings the installed libraries.
    script = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); __import__(sys.argv[2]); "
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, PLUGINS, module],
        check=True,
        stdout=subprocess.PIPE,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "module",
    [
        "xpkg_tool.adopt",
        "xpkg_tool.build",
        "xpkg_tool.commands.build",
        "xpkg_tool.commands.lint",
        "xpkg_tool.sandbox",
    ],
)
def test_building_loads_nothing_of_publishing(module: str) -> None:
    loaded = loaded_by(module)
    assert module in loaded
    assert loaded & PUBLISHING_ONLY == set()


def test_the_console_script_loads_no_command() -> None:
    loaded = loaded_by("xpkg_tool.cli")
    assert {name for name in loaded if name.startswith("xpkg_tool")} == {
        "xpkg_tool",
        "xpkg_tool.cli",
        "xpkg_tool.finding",
        "xpkg_tool.log_commands",
        "xpkg_tool.streams",
    }
    assert loaded & {*PUBLISHING_ONLY, "yaml", "deflate", "shtab"} == set()


def test_the_command_line_loads_no_command() -> None:
    loaded = loaded_by("xpkg_tool.__main__")
    assert {name for name in loaded if name.startswith("xpkg_tool")} == {
        "xpkg_tool",
        "xpkg_tool.__main__",
    }
