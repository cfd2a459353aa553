"""build-support/by_name.py: its twins are up to date, and what a later version of Pants imports."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PROGRAM = PROJECT / "build-support" / "by_name.py"
PLUGINS = PROJECT / "pants-plugins"
BACKEND = PLUGINS / "xpkg"

# Imports all modules of the backend and prints the file of each. `later` stands in for what the
# locked version of Pants lacks: a later one that runs this has it itself.
IMPORT_ALL = """
import json, sys, types
from importlib import import_module

def later():
    from packaging.version import Version
    from pants import version
    if version.PANTS_SEMVER >= Version("2.30.0.dev0"):
        return
    version.PANTS_SEMVER = Version("2.30.0")
    from pants.engine import rules
    rules.implicitly = rules.concurrently = rules.rule
    for name in json.loads(sys.argv[3]):
        module, _, function = name.rpartition(".")
        try:
            found = import_module(module)
        except ModuleNotFoundError:
            found = sys.modules[module] = types.ModuleType(module)
        if not hasattr(found, function):
            setattr(found, function, rules.rule)

if sys.argv[1] == "later":
    later()
print(json.dumps({name: import_module(name).__file__ for name in json.loads(sys.argv[2])}))
"""


def program() -> ModuleType:
    spec = util.spec_from_file_location("by_name", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules["by_name"] = module
    spec.loader.exec_module(module)
    return module


def test_the_twins_are_up_to_date() -> None:
    """After a change of the backend: `python build-support/by_name.py`."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--check"],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


def modules() -> dict[str, Path]:
    """The backend's modules, with the file of each original; not the script for the sandbox."""
    found = {}
    for path in sorted(BACKEND.rglob("*.py")):
        inside = path.relative_to(PLUGINS)
        if "_by_name" in inside.parts or inside == Path("xpkg", "tool", "assemble.py"):
            continue
        name = ".".join(inside.with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@pytest.mark.parametrize("side", ["earlier", "later"])
def test_all_modules_are_imported_from_where_they_belong(side: str) -> None:
    originals = modules()
    names = [".".join(rule) for rule in program().PANTS_RULES.values()]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, side, json.dumps(list(originals)), json.dumps(names)],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(PLUGINS)},
    )
    assert done.returncode == 0, done.stderr
    expected = {}
    for name, path in originals.items():
        twin = BACKEND / "_by_name" / path.relative_to(BACKEND)
        has_twin = twin.exists() and name != "xpkg"
        expected[name] = str(twin if side == "later" and has_twin else path)
    assert json.loads(done.stdout) == expected
    twins = {str(path) for path in (BACKEND / "_by_name").glob("*/**/*.py")}
    twins |= {str(path) for path in (BACKEND / "_by_name").glob("[!_]*.py")}
    assert twins & {*expected.values()} == (twins if side == "later" else set())


RULES = """
from pants.engine.rules import Get, MultiGet, collect_rules, rule

@rule
async def one(request: Request) -> One:
    return One(await Get(Digest, CreateDigest, request.files))

@rule
async def two(request: Other, one: One) -> Two:
    first, second = await MultiGet(Get(One, Request.of("é")), two())
    return Two(first)
"""


def write(folder: Path, text: str) -> Path:
    backend = folder / "plugins" / "xpkg"
    (backend / "goals").mkdir(parents=True)
    (backend / "goals" / "made_up.py").write_text(text, "utf-8")
    return backend


def test_a_twin(tmp_path: Path) -> None:
    backend = write(tmp_path, RULES)
    twins = program().twins(backend)
    goals = backend / "_by_name" / "goals"
    assert sorted(twins) == [
        goals.parent / "__init__.py",
        goals / "__init__.py",
        goals / "made_up.py",
    ]
    lines = twins[goals / "made_up.py"].splitlines()[1:]
    assert lines == [
        "",
        "from pants.engine.rules import collect_rules, concurrently, implicitly, rule",
        "from pants.engine.intrinsics import create_digest",
        "",
        "@rule",
        "async def one(request: Request) -> One:",
        "    return One(await create_digest(**implicitly({request.files: CreateDigest})))",
        "",
        "@rule",
        "async def two(request: Other, one: One) -> Two:",
        '    first, second = await concurrently(one(**implicitly(Request.of("é"))), two())',
        "    return Two(first)",
    ]


@pytest.mark.parametrize(
    ("awaited", "message"),
    [
        ("Get(Three, Request())", "5: no rule makes Three from Request"),
        ("Get(One, request)", "5: no rule makes One from request"),
        ("Get(a.One, Request())", "5: this `Get` does not name its types"),
        ("Get(One, {1: Request})", "5: this `Get` does not name its types"),
    ],
)
def test_what_can_have_no_twin(tmp_path: Path, awaited: str, message: str) -> None:
    text = f"from pants.engine.rules import Get\n\n\nasync def f(a: A) -> B:\n    {awaited}"
    module = program()
    with pytest.raises(module.TwinError) as raised:
        module.twins(write(tmp_path, text))
    assert str(raised.value) == f"plugins/xpkg/goals/made_up.py:{message}"
