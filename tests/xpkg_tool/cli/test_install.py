"""`xpkg install` and `xpkg update`, with a `kubectl` that plays its part."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.cluster.fake_kubectl import READY, FakeKubectl, installed_object, listed
from xpkg_tool.cli.main import main

REFERENCE = "registry.example.org/team/function-a:v1.0.0"
MANIFEST = f"""\
---
apiVersion: pkg.crossplane.io/v1
kind: Function
metadata:
  name: team-function-a
spec:
  package: {REFERENCE}
"""


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKubectl:
    made = FakeKubectl.create(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder), prepend=":")
    made.answer(
        create=[{"stdout": "function.pkg.crossplane.io/team-function-a created\n"}],
        patch=[{"stdout": "function.pkg.crossplane.io/team-function-a patched\n"}],
        get=[listed(installed_object("Function", "team-function-a", *READY, package=REFERENCE))],
    )
    return made


def test_install(kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "function", REFERENCE]) == 0
    assert capsys.readouterr() == ("function.pkg.crossplane.io/team-function-a created\n", "")
    (call,) = kubectl.calls
    assert call["arguments"][0] == "create"
    assert call["input"] == MANIFEST


def test_install_and_wait(kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "function", REFERENCE, "--wait=1m30s", "--context", "staging"]) == 0
    assert (
        f"Function  team-function-a  True       True     {REFERENCE}\n" in capsys.readouterr().out
    )
    assert [c["arguments"][:2] for c in kubectl.calls] == [
        ["--context=staging", "create"],
        ["--context=staging", "get"],
    ]


def test_a_package_that_does_not_become_healthy(
    kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = listed(installed_object("Function", "team-function-a", READY[0], package=REFERENCE))
    kubectl.answer(get=[waiting])
    assert main(["install", "function", REFERENCE, "--wait=1s"]) == 1
    assert "error: After 1 s, 1 of 1 packages are not" in capsys.readouterr().out


ALL = [
    *("--manual-activation", "--skip-dependency-resolution", "--dry-run"),
    *("--revision-history-limit=3", "--package-pull-policy=Always", "--runtime-config=small"),
    *("--package-pull-secrets=a,b", "--package-pull-secrets=c"),
]


def test_a_dry_run_prints_the_object(
    kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "function", REFERENCE, *ALL]) == 0
    assert capsys.readouterr().out == MANIFEST + SPEC
    assert kubectl.calls == []


SPEC = """\
  revisionActivationPolicy: Manual
  revisionHistoryLimit: 3
  packagePullPolicy: Always
  packagePullSecrets:
  - name: a
  - name: b
  - name: c
  skipDependencyResolution: true
  runtimeConfigRef:
    name: small
"""


@pytest.mark.parametrize("command", ["install", "update"])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["function", "registry.example.org/a"], "The reference has no tag"),
        (["function", "a:v1"], "The reference does not begin with a registry"),
        (["function", "localhost:5000/a:v1"], "the name of the registry has no dot"),
        (["function", "oci-layout:d:a:v1"], "from which no cluster installs"),
        (["function", REFERENCE, "Function_A"], "is not a valid RFC 1123 subdomain"),
        (["function", REFERENCE, "--wait=soon"], "'soon' is not a time"),
        (["function", REFERENCE, "--wait="], "'' is not a time"),
        (["function", REFERENCE, "--wait=soon", "--dry-run"], "'soon' is not a time"),
        (["package", REFERENCE], "invalid choice: 'package'"),
    ],
)
def test_wrong_usage(
    command: str,
    arguments: list[str],
    says: str,
    kubectl: FakeKubectl,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([command, *arguments]) == 2
    assert says in capsys.readouterr().err
    assert kubectl.calls == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["configuration", REFERENCE, "--runtime-config=a"], "A Configuration has no runtime"),
        (["function", REFERENCE, "--runtime-config=A"], "`--runtime-config` must have a `name`"),
        (["function", REFERENCE, "-r", "-1"], "`--revision-history-limit` must be an integer"),
        (["function", REFERENCE, "--package-pull-secrets=A"], "`--package-pull-secrets` has 'A'"),
    ],
)
def test_wrong_fields(
    arguments: list[str], says: str, kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert kubectl.calls == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([REFERENCE, "function-a"], "calls this package 'team-function-a'"),
        ([f"{REFERENCE}@sha256:{'a' * 64}"], "so that no package that depends on it finds it"),
    ],
)
def test_what_goes_wrong_later_is_noted(
    arguments: list[str], says: str, kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "function", *arguments]) == 0
    error = capsys.readouterr().err
    assert error.startswith("note: ") and says in error


def test_what_kubectl_refuses(kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]) -> None:
    exists = 'Error from server (AlreadyExists): functions "team-function-a" already exists\n'
    kubectl.answer(create=[{"stderr": exists, "exit": 1}])
    assert main(["install", "function", REFERENCE]) == 2
    assert "  help: Change the package of an object that exists" in capsys.readouterr().err


def test_update(kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", "function", REFERENCE, "--wait=1m"]) == 0
    assert "is installed and healthy" in capsys.readouterr().out
    patch, _ = kubectl.calls
    assert patch["arguments"][:4] == [
        "patch",
        "functions.pkg.crossplane.io/team-function-a",
        "--type=merge",
        f'--patch={{"spec": {{"package": "{REFERENCE}"}}}}',
    ]


def test_update_of_what_is_not_there(
    kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer(patch=[{"stderr": "Error from server (NotFound): x\n", "exit": 1}])
    assert main(["update", "function", REFERENCE]) == 2
    assert "  help: Create it with `xpkg install`." in capsys.readouterr().err


def test_a_dry_run_of_an_update_prints_what_it_would_change(
    kubectl: FakeKubectl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["update", "function", REFERENCE, "--dry-run"]) == 0
    assert capsys.readouterr().out == MANIFEST
    assert kubectl.calls == []


@pytest.mark.parametrize("command", ["install", "update"])
def test_the_help_is_that_of_the_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"{command} this kind of package" in capsys.readouterr().out
