"""The command that makes a manifest for the Pants backend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.dependencies.install.closures import HOST, digest_of
from tests.xpkg_tool.sandbox.asking import ask
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage, Requirement
from xpkg_tool.messages import (
    MANIFEST,
    FailOn,
    InstallAnswer,
    InstallOptions,
    InstallRequest,
    PackageToInstall,
    RuleSelection,
)

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
    Path("xpkg.lock").write_bytes(write_lock(LOCK))


def request(**fields: Any) -> InstallRequest:
    own = PackageToInstall(
        "a:a", f"{HOST}/a", ("main", "v1", "v1.2.3", "v1.2.2"), "a.json", ("a.yaml",)
    )
    return InstallRequest(
        **{
            "name": "i:i",
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
    assert "a:a: error XP162: " in answer.text
    assert not Path("out", MANIFEST).exists()


def test_a_lock_that_cannot_be_read() -> None:
    Path("xpkg.lock").write_text("<<<<<<< HEAD\n")
    answer = ask(request(), InstallAnswer)
    assert not answer.made
    assert "error XP150: The file has the markers of a merge conflict" in answer.text
