"""Who may import whom: one program the other in one direction only, a folder only what is below it.

The backend (`xpkg`) knows the tool (`xpkg_tool`) as files that a process runs and as the messages
that go in and out (MESSAGES); the tool knows nothing of Pants. So the tool works and is tested
without Pants, and Pants' process never loads a library of the tool's. Inside each of them the
folders stand one above the other (ROOMS).
"""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Iterator

import pytest

PLUGINS = Path(__file__).resolve().parents[1] / "pants-plugins"

# From the top down: a folder, or a module beside the folders, imports what stands below it and
# nothing above. What stands in one line does not import each other.
ROOMS = {
    "xpkg_tool": """
        cli
        __main__
        sandbox
        publish
        cluster
        inspection
        building
        discovery
        lint
        dependencies
        registry
        package
        oci
        kubernetes
        documents
        diagnostics
        process
        files
        messages
        __init__
    """,
    "xpkg": """
        register
        goals
        installing
        publishing
        building
        dependencies
        naming
        named_packages statistics
        tool
        subsystem
        registries
        install_target
        target_types
        pants_versions
        __init__
    """,
}

# The one package of the tool that the backend imports.
MESSAGES = "xpkg_tool.messages"

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
    "xpkg_tool.publish",
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
            allowed = package == "xpkg" and f"{name}.".startswith(f"{MESSAGES}.")
            if name.split(".")[0] in FORBIDDEN[package] and not allowed:
                found.append(f"{path.relative_to(root)}:{line}: imports {name}")
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_crosses_the_line(package: str) -> None:
    assert len(list((PLUGINS / package).rglob("*.py"))) > 10
    assert violations(package, PLUGINS) == []


def room(package: str, path: Path) -> str:
    """The folder or module of the package that a file belongs to; a twin (build-support/by_name.py)
    belongs where its original does."""
    inside = path.relative_to(PLUGINS / package)
    if inside.parts[0] == "_by_name":
        inside = Path(*inside.parts[1:])
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def room_of_import(package: str, name: str) -> str:
    """The folder or module that an imported name is in; `__init__` for a name of the package."""
    first = name.split(".")[1]
    base = PLUGINS / package / first
    return first if base.is_dir() or base.with_suffix(".py").is_file() else "__init__"


def upward(package: str) -> list[str]:
    """Each import of something above, or beside, as `file:line: imports name`."""
    lines = [line.split() for line in ROOMS[package].split("\n") if line.strip()]
    floor = {name: number for number, line in enumerate(lines) for name in line}
    found = []
    for path in sorted((PLUGINS / package).rglob("*.py")):
        own = room(package, path)
        inside = ".".join(path.relative_to(PLUGINS).parent.parts)
        for name, line in imported(path, inside):
            if name.split(".")[0] != package or "." not in name:
                continue
            other = room_of_import(package, name)
            if other != own and floor[other] <= floor[own]:
                found.append(f"{path.relative_to(PLUGINS)}:{line}: imports {name}")
    return found


@pytest.mark.parametrize("package", ROOMS)
def test_imports_go_down(package: str) -> None:
    assert upward(package) == []


@pytest.mark.parametrize("package", ROOMS)
def test_each_room_has_a_floor(package: str) -> None:
    rooms = {room(package, path) for path in (PLUGINS / package).rglob("*.py")}
    assert rooms == set(ROOMS[package].split())


@pytest.mark.parametrize(
    ("package", "statement", "name"),
    [
        ("xpkg_tool", "import pants", "pants"),
        ("xpkg_tool", "def f():\n    from pants.engine.rules import Get", "pants.engine.rules.Get"),
        ("xpkg_tool", "from xpkg import tool", "xpkg.tool"),
        ("xpkg_tool", "import importlib\nimportlib.import_module('xpkg.tool')", "xpkg.tool"),
        ("xpkg", "if True:\n    import xpkg_tool.building.build as b", "xpkg_tool.building.build"),
        ("xpkg", "from yaml import safe_load", "yaml.safe_load"),
        ("xpkg", "__import__('oras')", "oras"),
        ("xpkg", "from . import tool\nfrom .. import oras, tool", None),
        ("xpkg", "import xpkg_tool.messages", None),
        ("xpkg", "from xpkg_tool import messages", None),
        ("xpkg", "from xpkg_tool.messages.codec import decode", None),
        ("xpkg", "import xpkg_tool", "xpkg_tool"),
        ("xpkg", "from xpkg_tool import VERSION", "xpkg_tool.VERSION"),
        ("xpkg", "import xpkg_tool.messages_of_old", "xpkg_tool.messages_of_old"),
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


def test_the_messages_need_the_standard_library_alone() -> None:
    """The backend imports them in Pants' process, and the stand-in of the tests in a sandbox."""
    messages = sorted((PLUGINS / "xpkg_tool/messages").glob("*.py"))
    assert len(messages) > 10
    for path in (PLUGINS / "xpkg_tool/__init__.py", *messages):
        _needs_the_standard_library_alone(path)


def _needs_the_standard_library_alone(path: Path) -> None:
    name = path.stem
    libraries = Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))
    inside = ".".join(path.relative_to(PLUGINS).parent.parts)
    for module, line in imported(path, inside):
        if module.startswith(f"{MESSAGES}."):
            continue
        spec = importlib.util.find_spec(module.split(".")[0])
        assert spec is not None, f"{name}.py:{line}"
        where = Path(spec.origin or "")
        of_python = Path(sysconfig.get_path("stdlib")) in where.parents or not where.suffix
        assert of_python and not {*libraries} & {*where.parents}, f"{name}.py:{line}: {module}"


def test_the_messages_load_no_other_module_of_the_tool() -> None:
    loaded = {name for name in loaded_by(f"{MESSAGES}.commands") if name.startswith("xpkg_tool")}
    assert {f"{MESSAGES}.build", f"{MESSAGES}.publish"} <= loaded
    assert all(f"{name}.".startswith(f"{MESSAGES}.") for name in loaded - {"xpkg_tool"})


@pytest.mark.parametrize(
    "module",
    [
        "xpkg_tool.discovery.tailor",
        "xpkg_tool.building.build",
        "xpkg_tool.cli.build",
        "xpkg_tool.cli.lint",
        "xpkg_tool.sandbox.analyse",
        "xpkg_tool.sandbox.build",
        "xpkg_tool.sandbox.report",
        "xpkg_tool.sandbox.tailor",
    ],
)
def test_building_loads_nothing_of_publishing(module: str) -> None:
    loaded = loaded_by(module)
    assert module in loaded
    assert loaded & PUBLISHING_ONLY == set()


def test_the_console_script_loads_no_command() -> None:
    loaded = loaded_by("xpkg_tool.cli.main")
    modules = {name for name in loaded if name.startswith("xpkg_tool.") and name.count(".") == 2}
    assert modules == {
        "xpkg_tool.cli.arguments",
        "xpkg_tool.cli.dependency_arguments",
        "xpkg_tool.cli.main",
        "xpkg_tool.cli.options",
        "xpkg_tool.diagnostics.finding",
        "xpkg_tool.diagnostics.log_commands",
        "xpkg_tool.process.streams",
    }
    assert loaded & {*PUBLISHING_ONLY, "yaml", "deflate", "shtab"} == set()


def test_the_command_line_loads_no_command() -> None:
    loaded = loaded_by("xpkg_tool.__main__")
    assert {name for name in loaded if name.startswith("xpkg_tool")} == {
        "xpkg_tool",
        "xpkg_tool.__main__",
        MESSAGES,
        f"{MESSAGES}.codec",
        f"{MESSAGES}.files",
    }
