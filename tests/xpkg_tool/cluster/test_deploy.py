"""Deploying with a `kubectl` that plays what a cluster would say."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.cluster.fake_kubectl import (
    READY,
    FakeKubectl,
    condition,
    installed_object,
    listed,
    quick_clock,
)
from xpkg_tool.cluster.deploy import DeployOptions, deploy
from xpkg_tool.cluster.kubectl import Kubectl
from xpkg_tool.cluster.wait import Clock
from xpkg_tool.messages.install import InstalledObject

PACKAGE = "r.example.org/a:v1"
OBJECTS = (
    InstalledObject("Function", "f", PACKAGE, "f:f"),
    InstalledObject("Provider", "p", PACKAGE, "p:p"),
)
MANIFEST = "---\nkind: Function\n"
WAITING = condition("Healthy", "False", "cannot resolve package dependencies: missing")
BOTH_WAITING = listed(
    installed_object("Function", "f", READY[0], WAITING), installed_object("Provider", "p")
)
BOTH = listed(installed_object("Function", "f", *READY), installed_object("Provider", "p", *READY))


@pytest.fixture
def kubectl(tmp_path: Path) -> FakeKubectl:
    return FakeKubectl.create(tmp_path / "bin")


def run(
    kubectl: FakeKubectl, context: str = "", clock: Clock | None = None, **options: Any
) -> tuple[bool, str]:
    said: list[str] = []
    well = deploy(
        MANIFEST,
        OBJECTS,
        Kubectl(context, program=kubectl.program),
        DeployOptions(**options),
        said.append,
        clock=clock or quick_clock(),
    )
    return well, "\n".join(said)


def test_it_applies_and_waits(kubectl: FakeKubectl) -> None:
    first = listed(installed_object("Provider", "p", READY[0], WAITING))
    kubectl.answer(
        apply=[{"stdout": "function/f serverside-applied\nprovider/p serverside-applied\n"}],
        get=[{"stdout": ""}, first, first, BOTH],
    )
    well, said = run(kubectl)
    assert well
    assert said == APPLIED
    apply, get, *_ = kubectl.calls
    assert apply["arguments"] == [
        "apply",
        "--server-side",
        "--field-manager=pants-xpkg",
        "-f",
        "-",
    ]
    assert apply["input"] == MANIFEST
    assert get["arguments"] == [
        "get",
        "functions.pkg.crossplane.io/f",
        "providers.pkg.crossplane.io/p",
        "--ignore-not-found",
        "--output=json",
    ]
    assert len(kubectl.calls) == 5


APPLIED = """\
function/f serverside-applied
provider/p serverside-applied
    0 s  Function f does not exist yet
    0 s  Provider p does not exist yet
    2 s  Provider p is installed, but not healthy yet: cannot resolve package dependencies: missing
    6 s  Function f is installed and healthy
    6 s  Provider p is installed and healthy

KIND      NAME  INSTALLED  HEALTHY  PACKAGE
Function  f     True       True     r.example.org/a:v1
Provider  p     True       True     r.example.org/a:v1"""


def test_it_says_why_not(kubectl: FakeKubectl) -> None:
    unhealthy = installed_object("Provider", "p", READY[0], WAITING, currentRevision="p-1")
    revision = {
        "metadata": {"name": "p-1"},
        "status": {"conditions": [condition("RuntimeHealthy", "False", "image cannot be pulled")]},
    }
    objects = listed(installed_object("Function", "f", *READY), unhealthy)
    # The last one is of the revisions.
    kubectl.answer(get=[objects, objects, objects, listed(revision)])
    well, said = run(kubectl, timeout=4)
    assert not well
    assert said.endswith(
        "\n\nProvider p is installed, but not healthy yet: cannot resolve package dependencies: "
        "missing; image cannot be pulled\n\nerror: After 4 s, 1 of 2 packages are not installed "
        "and healthy. They stay as they are: the package manager goes on."
    )
    assert kubectl.calls[-1]["arguments"][1] == "providerrevisions.pkg.crossplane.io/p-1"


def test_one_object_is_no_list(kubectl: FakeKubectl) -> None:
    kubectl.answer(get=[{"stdout": json.dumps(installed_object("Function", "f", *READY))}])
    _, said = run(kubectl, timeout=1)
    assert "Function f is installed and healthy" in said
    assert "Provider p does not exist yet" in said


def test_without_waiting(kubectl: FakeKubectl) -> None:
    assert run(kubectl, timeout=0) == (True, "")
    assert [call["arguments"][0] for call in kubectl.calls] == ["apply"]


def test_context_and_force(kubectl: FakeKubectl) -> None:
    run(kubectl, context="staging", timeout=0, force=True)
    (call,) = kubectl.calls
    assert call["arguments"][:2] == ["--context=staging", "apply"]
    assert "--force-conflicts" in call["arguments"]


@pytest.mark.parametrize(
    ("answer", "well", "says"),
    [
        ({"exit": 0}, True, "Nothing would change."),
        (
            {"exit": 1, "stdout": "-a\n+b\n"},
            True,
            "-a\n+b\n\nNothing was changed: this is a dry run.",
        ),
        ({"exit": 1, "stdout": "+\x1b[31m\n"}, True, "+\\x1b[31m\n\nNothing was changed"),
        (
            {"exit": 2, "stderr": "spec.package: Invalid value\n"},
            False,
            "error: spec.package: Invalid",
        ),
    ],
)
def test_a_dry_run_changes_nothing(
    kubectl: FakeKubectl, answer: dict[str, Any], well: bool, says: str
) -> None:
    kubectl.answer(diff=[answer])
    done, said = run(kubectl, dry_run=True)
    assert (done, said.startswith(says)) == (well, True), said
    assert [call["arguments"][0] for call in kubectl.calls] == ["diff"]


CONFLICT = """\
error: Apply failed with 1 conflict: conflict with "crossplane" using v1: .spec.package
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
"""


@pytest.mark.parametrize(
    ("stderr", "says"),
    [
        (CONFLICT, ".spec.package\n  help: Somebody else owns these fields"),
        (
            'error: no matches for kind "Function"',
            "  help: kubectl used the context staging. Install Crossplane in the cluster first, or",
        ),
        ('error: context "staging" does not exist', "staging. See `kubectl config get-contexts`,"),
        ("error: You must be logged in to the server", "staging. Log in to the cluster again,"),
        ("Error from server (Forbidden): x", "staging. Ask for the permission to do that, or name"),
        ("dial tcp: lookup c: no such host", "staging. Make sure that the cluster runs and can"),
        ("", "error: kubectl ended with the exit code 1."),
    ],
)
def test_what_the_server_refuses(kubectl: FakeKubectl, stderr: str, says: str) -> None:
    kubectl.answer(apply=[{"stderr": stderr, "exit": 1}])
    well, said = run(kubectl, context="staging")
    assert not well
    assert says in said
    assert "Please review" not in said
    assert len(kubectl.calls) == 1


def test_a_cluster_that_is_away_for_a_moment(kubectl: FakeKubectl) -> None:
    away = {"stderr": "The connection to the server was refused\n", "exit": 1}
    kubectl.answer(get=[away, away, BOTH])
    well, said = run(kubectl)
    assert well
    assert said.count("was refused") == 1


def test_a_cluster_that_stays_away(kubectl: FakeKubectl) -> None:
    away = {"stderr": "The connection to the server was refused\n", "exit": 1}
    kubectl.answer(get=[away], config=[{"stdout": "kind-local\n"}])
    well, said = run(kubectl)
    assert not well
    _, _, last = said.rpartition("error: ")
    assert last.startswith(
        "The connection to the server was refused\n  help: kubectl used the current context of the "
        "kubeconfig, kind-local. Make sure that the cluster runs and can be reached, or name"
    )
    assert len(kubectl.calls) == 12


@pytest.mark.parametrize("answer", [{}, {"exit": 1, "stderr": "current-context is not set"}])
def test_no_context_at_all(kubectl: FakeKubectl, answer: dict[str, Any]) -> None:
    error = {"exit": 1, "stderr": "error: no configuration has been provided"}
    kubectl.answer(diff=[{**error, "exit": 2}], config=[answer])
    _, said = run(kubectl, dry_run=True)
    assert "kubectl used no context, since the kubeconfig has no current one. See" in said


def test_a_dry_run_says_what_it_is_of_and_what_it_did_not_check(kubectl: FakeKubectl) -> None:
    kubectl.answer(diff=[{"exit": 1, "stdout": "-a\n"}, {"exit": 0}])
    plan = "pants experimental-deploy --xpkg-publish-plan install"
    _, said = run(kubectl, dry_run=True, name="install:install", publish_plan=plan)
    unchecked = f"Whether the packages can be published was not checked: `{plan}` does that."
    assert said == (
        f"install:install:\n-a\n\nNothing was changed: this is a dry run. {unchecked}\n"
    )
    _, said = run(kubectl, dry_run=True, name="install:install", publish_plan=plan)
    assert said == f"install:install:\nNothing would change. {unchecked}\n"
    kubectl.answer(diff=[{"exit": 2, "stderr": "error: no\n"}])
    assert run(kubectl, dry_run=True, name="install:install")[1] == "install:install:\nerror: no"


@pytest.mark.parametrize("answers", [[], [BOTH_WAITING]])
def test_a_kubectl_that_hangs(
    kubectl: FakeKubectl, answers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up when the time is over, though what it started has its output open."""
    monkeypatch.setattr("xpkg_tool.cluster.wait._SHORTEST", 0.5)
    monkeypatch.setattr("xpkg_tool.cluster.wait._INTERVAL", 0.2)
    kubectl.answer(get=[*answers, {"hangs": True}])
    start = time.monotonic()
    well, said = run(kubectl, timeout=1.4, clock=Clock())
    assert time.monotonic() - start < 10
    assert not well
    assert "`kubectl get` did not answer within " in said
    # What was said before is known; without that, nothing is.
    assert ("error: After 1 s, 2 of 2 packages are not" in said) == bool(answers)
    assert ("error: `kubectl get` did not" in said) == (not answers)
    assert "is not there" not in said


def test_the_revisions_are_asked_for_a_short_time(
    kubectl: FakeKubectl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xpkg_tool.cluster.wait._AFTERWARDS", 0.5)
    unhealthy = installed_object("Function", "f", READY[0], WAITING, currentRevision="f-1")
    kubectl.answer(get=[listed(unhealthy), listed(unhealthy), {"hangs": True}])
    well, said = run(kubectl, timeout=1)
    assert not well
    assert "error: After 1 s, 2 of 2 packages are not" in said


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Warning: x", "it is not JSON"),
        ('{"items": [5]}', "an object in it is no mapping"),
        ('{"items": [{"status": {}}]}', "an object has no name"),
    ],
)
def test_an_answer_that_cannot_be_read(kubectl: FakeKubectl, answer: str, why: str) -> None:
    kubectl.answer(get=[{"stdout": answer}])
    well, said = run(kubectl, timeout=3)
    assert not well
    assert f"error: The answer of `kubectl get` cannot be read: {why}.\n  help: Look at " in said


def test_no_kubectl(tmp_path: Path) -> None:
    said: list[str] = []
    options = DeployOptions()
    nowhere = Kubectl(program=str(tmp_path / "kubectl"))
    assert not deploy(MANIFEST, OBJECTS, nowhere, options, said.append)
    assert "There is no program" in said[0]
    os.mkdir(tmp_path / "kubectl")
    assert not deploy(MANIFEST, OBJECTS, nowhere, options, said.append)
    assert "cannot be run: Permission denied." in said[1]
