"""The command that draws the packages of a repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.messages.graph import GraphRequest
from xpkg_tool.messages.repository import RepositoryMember
from xpkg_tool.sandbox.graph import draw_graph

META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Function
metadata:
  name: {name}
spec:
  dependsOn:
  - function: {on}
    version: "*"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(META.format(name="a", on="example.org/b"))
    Path("b.yaml").write_text(META.format(name="b", on="other.org/c"))


PACKAGES = (
    RepositoryMember("a", "a/BUILD:1", "a.yaml", ("example.org/a",), None),
    RepositoryMember("b", "b/BUILD:1", "b.yaml", ("example.org/b",), "v1.0.0"),
    RepositoryMember("broken", "broken/BUILD:1", "", (), None),
)


def lock(path: str, version: str) -> str:
    package = LockedPackage("other.org/c", version, f"sha256:{version[1] * 64}", "Function", "c")
    Path(path).write_bytes(write_lock(Lock((package,))))
    return path


def test_all_packages() -> None:
    locks = (lock("x.lock", "v1.0.0"),)
    request = GraphRequest(
        PACKAGES, "tree", locks=locks, lock_of={"b": "x.lock"}, states={"b": "drifted"}
    )
    answer = draw_graph(request)
    assert answer.problem == ""
    assert answer.text == (
        "a Function\n"
        "└── b Function v1.0.0 drifted [*]\n"
        "    └── other.org/c Function v1.0.0 locked [*]\n"
        "broken\n"
    )


def test_what_is_named_and_what_it_depends_on() -> None:
    answer = draw_graph(GraphRequest(PACKAGES, "json", named=("b",)))
    names = [package["name"] for package in json.loads(answer.text)["packages"]]
    assert names == ["b", "other.org/c"]


def test_several_locks() -> None:
    locks = (lock("x.lock", "v1.0.0"), lock("y.lock", "v2.0.0"), lock("z.lock", "v1.0.0"))
    lock_of = {"a": "x.lock", "b": "y.lock", "broken": "none.lock"}
    answer = draw_graph(GraphRequest(PACKAGES, "json", ("b",), locks, lock_of))
    _, package = json.loads(answer.text)["packages"]
    assert (package["version"], package["locks"]) == ("v2.0.0", ["y.lock"])
    assert package["digest"] == f"sha256:{'2' * 64}"


def test_a_lock_that_cannot_be_read() -> None:
    Path("x.lock").write_text("{")
    answer = draw_graph(GraphRequest(PACKAGES, "tree", locks=("x.lock",)))
    assert answer.text == "" and "x.lock:1" in answer.problem
