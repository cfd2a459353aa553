"""The command that makes a manifest for the Pants backend."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.dependencies.install.closures import HOST, digest_of
from tests.xpkg_tool.sandbox.asking import ask
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedDependency, LockedPackage, Requirement
from xpkg_tool.messages.files import MANIFEST
from xpkg_tool.messages.install import (
    InstallAnswer,
    InstallOptions,
    InstallRequest,
    PackageToInstall,
)
from xpkg_tool.messages.report import FailOn, RuleSelection

COMPOSITION = """\
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata:
  name: things
spec:
  compositeTypeRef: {apiVersion: example.org/v1, kind: XThing}
  mode: Pipeline
  pipeline:
    - step: one
      functionRef:
        name: function-f
"""
FUNCTION = "other.example.org/team/function-f"
META = f"""\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata: {{name: a}}
spec:
  dependsOn:
    - apiVersion: pkg.crossplane.io/v1
      kind: Function
      package: {FUNCTION}
      version: "*"
"""
LOCK = Lock(
    (
        LockedPackage(
            FUNCTION,
            "v1.0.0",
            digest_of("f"),
            "Function",
            "team-function-f",
            required_by=(Requirement("//a", "*"),),
        ),
        # The repository publishes it itself.
        LockedPackage(f"{HOST}/a", "v0.0.1", digest_of("old"), "Provider", "a"),
    )
)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(COMPOSITION)
    dependency = {
        "apiVersion": "pkg.crossplane.io/v1",
        "kind": "Function",
        "package": FUNCTION,
        "constraint": "*",
    }
    meta = {"kind": "Configuration", "name": "a", "dependencies": [dependency]}
    Path("a.json").write_text(json.dumps({"digest": digest_of("a"), "meta": meta}))
    Path("crossplane.yaml").write_text(META)
    Path("xpkg.lock").write_bytes(write_lock(LOCK))


def request(**fields: Any) -> InstallRequest:
    own = PackageToInstall(
        "a:a",
        f"{HOST}/a",
        ("main", "v1", "v1.2.3", "v1.2.2"),
        "a.json",
        ("a.yaml",),
        "a/BUILD:1",
        "crossplane.yaml",
    )
    return InstallRequest(
        **{
            "place": "i/BUILD:2",
            "command": "pants generate-lockfiles --resolve=edge",
            "roots": (f"{HOST}/a",),
            "packages": (own,),
            "lock": "xpkg.lock",
            **fields,
        }
    )


def test_packages_of_the_repository_and_of_the_lock() -> None:
    options = InstallOptions(common_labels={"a": "b"})
    answer = ask(request(options=options, overrides={"a:a": InstallOptions()}), InstallAnswer)
    assert answer.made
    assert [tuple(o) for o in answer.objects] == [
        ("Function", "team-function-f", f"{FUNCTION}:v1.0.0", "xpkg.lock"),
        ("Configuration", "a", f"{HOST}/a:v1.2.3", "a:a"),
    ]
    text = Path("out", MANIFEST).read_text()
    assert text.count("---\n") == 2
    assert text.count("a: b") == 2


def test_a_function_is_called_by_another_name() -> None:
    answer = ask(request(), InstallAnswer)
    assert answer.text.startswith("a.yaml:11:15: warning XP166: ")
    assert ask(request(fail_on=FailOn.WARNING), InstallAnswer).made is False
    assert ask(request(selection=RuleSelection(ignore=("XP166",))), InstallAnswer).text == ""
    Path("a.yaml").write_text(COMPOSITION.replace("-f\n", "-f # xpkg: ignore[XP166]\n"))
    assert ask(request(), InstallAnswer).text == ""


def test_a_package_that_is_not_installed_is_not_looked_at() -> None:
    answer = ask(request(roots=(FUNCTION,)), InstallAnswer)
    assert (answer.text, len(answer.objects)) == ("", 1)


def test_without_the_lock() -> None:
    answer = ask(request(lock=""), InstallAnswer)
    assert not answer.made
    # That its pipeline calls the function is not said as well.
    assert answer.text == (
        f"crossplane.yaml:8:16: error XP162: {HOST}/a depends on {FUNCTION}, which is neither a "
        "package that it depends on in this repository nor in the lock. [Configuration a]\n"
        f"  8 |       package: {FUNCTION}\n"
        f"    |                {'^' * len(FUNCTION)}\n"
        "  help: Depend on the target that publishes it, or lock it: "
        "`pants generate-lockfiles --resolve=edge`."
    )
    assert not Path("out", MANIFEST).exists()


def test_a_lock_that_cannot_be_read() -> None:
    Path("xpkg.lock").write_text("<<<<<<< HEAD\n")
    answer = ask(request(), InstallAnswer)
    assert not answer.made
    assert "error XP150: The file has the markers of a merge conflict" in answer.text


def wrong(answer: InstallAnswer) -> list[str]:
    """The first line of each finding, as far as its code."""
    return [line.split(": error ")[0] for line in answer.text.split("\n") if ": error XP" in line]


def test_the_place_of_what_a_package_of_the_repository_asks_for() -> None:
    Path("xpkg.lock").write_bytes(write_lock(Lock((replace(LOCK.packages[0], kind="Provider"),))))
    answer = ask(request(mode="pinned"), InstallAnswer)
    assert wrong(answer) == ["crossplane.yaml:7:13", "crossplane.yaml:9:16"]
    assert '  9 |       version: "*"\n    |                ^^^\n' in answer.text


def test_the_place_of_what_a_locked_package_asks_for() -> None:
    asks = (
        LockedDependency("other.example.org/b", "pkg.crossplane.io/v1", "Function", ">=v1.0.0"),
        LockedDependency("other.example.org/c", "pkg.crossplane.io/v1", "Function", "*"),
    )
    b = LockedPackage("other.example.org/b", "v0.9.0", digest_of("b"), "Provider", "b")
    lock = Lock((replace(LOCK.packages[0], dependencies=asks), b))
    Path("xpkg.lock").write_bytes(write_lock(lock))
    lines = Path("xpkg.lock").read_text().split("\n")
    kind, constraint, missing = (
        lines.index(line) + 1
        for line in (
            '          "kind": "Function",',
            '          "constraint": ">=v1.0.0"',
            '          "source": "other.example.org/c",',
        )
    )
    answer = ask(request(), InstallAnswer)
    assert wrong(answer) == [
        f"xpkg.lock:{kind}:19",
        f"xpkg.lock:{constraint}:25",
        f"xpkg.lock:{missing}:21",
    ]
    assert "`spec.dependsOn`" not in answer.text
    assert "Write the lock again: `pants generate-lockfiles --resolve=edge`." in answer.text
    pinned = ask(request(mode="pinned", roots=(FUNCTION,)), InstallAnswer)
    assert "`pin_dependencies=True`" not in pinned.text
    assert 'use `mode="tag"` or `mode="unresolved"`' in pinned.text


def test_the_place_of_a_target() -> None:
    options = InstallOptions(package_pull_policy="never")
    assert wrong(ask(request(options=options), InstallAnswer)) == ["i/BUILD:2"]
    mixed = {"other.example.org/team/function-f": InstallOptions(reference="digest")}
    assert wrong(ask(request(overrides=mixed), InstallAnswer)) == ["i/BUILD:2"]
    untagged = request().packages[0]._replace(tags=())
    assert wrong(ask(request(packages=(untagged,)), InstallAnswer)) == ["a/BUILD:1"]


def test_the_place_of_a_locked_package() -> None:
    locked = LockedPackage("localhost/x/f", "v1.0.0", digest_of("f"), "Function", "x-f")
    Path("xpkg.lock").write_bytes(write_lock(Lock((locked,))))
    answer = ask(request(roots=("localhost/x/f",)), InstallAnswer)
    assert wrong(answer) == ["xpkg.lock:5:17"]
