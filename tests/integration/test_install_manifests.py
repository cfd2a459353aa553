"""A cluster accepts the manifests, and refuses what is refused here. The judge is a real API server
where one is built, else the table of Crossplane's API: each test prints which."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.integration.api_server import ApiServer
from tests.integration.install_judges import Judge
from tests.xpkg_tool.cluster.fake_kubectl import (
    READY,
    FakeKubectl,
    condition,
    installed_object,
    listed,
)
from tests.xpkg_tool.dependencies.install.closures import HOST, SMALL, manifest, package, pinned
from xpkg_tool.cluster.deploy import DeployOptions, deploy
from xpkg_tool.cluster.kubectl import Kubectl
from xpkg_tool.dependencies.install.manifest import Manifest
from xpkg_tool.messages.install import InstalledObject, InstallOptions

ALL = InstallOptions(
    revision_activation_policy="Manual",
    revision_history_limit=0,
    package_pull_policy="IfNotPresent",
    package_pull_secrets=("registry",),
    runtime_config_ref={
        "name": "small",
        "apiVersion": "pkg.crossplane.io/v1beta1",
        "kind": "DeploymentRuntimeConfig",
    },
    common_labels={"team": "platform", "example.org/tier": "yes"},
    common_annotations={"example.org/note": 'two\nlines: "quoted" \u00e9 \U0001f600'},
    ignore_crossplane_constraints=True,
)
PINNED = tuple(map(pinned, SMALL))


ACCEPTED = {
    "by tag": manifest(*SMALL),
    "by tag, all fields": manifest(*SMALL, options=ALL),
    "pinned": manifest(*PINNED, mode="pinned", options=ALL),
    "unresolved": manifest(*SMALL, mode="unresolved", options=ALL),
    "tag and digest": manifest(
        *SMALL, overrides={SMALL[0].source: InstallOptions(reference="tag@digest")}
    ),
    "a port": manifest(package("x", source="127.0.0.1:5000/a/b")),
    "thirty packages": manifest(
        *(
            package(f"p{n}", needs=[("Configuration", f"p{m}", "*") for m in range(n + 1, 30)])
            for n in range(30)
        )
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_made_is_accepted(judge: Judge, name: str) -> None:
    made: Manifest = ACCEPTED[name]
    assert made.findings == ()
    assert judge.refusal(made.text) == ""


@pytest.mark.parametrize(
    "source", ["localhost:5000/a/b", "registry:5000/a", "team/a", "a", "r.example.org"]
)
def test_references_that_are_refused_are_refused(judge: Judge, source: str) -> None:
    made = manifest(package("x", source=source))
    assert {finding.code for finding in made.findings} == {"XP160"}
    text = made.text.replace('name: ""', "name: x")
    assert "must be a fully qualified image name" in judge.refusal(text)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("packagePullPolicy", "packagePullPolice", "packagePullPolice"),
        ("revisionHistoryLimit: 0", "revisionHistoryLimit: many", "revisionHistoryLimit"),
        ("    name: small\n", "", "runtimeConfigRef.name"),
    ],
)
def test_the_judge_refuses_what_is_wrong(judge: Judge, before: str, after: str, says: str) -> None:
    text = ACCEPTED["by tag, all fields"].text
    assert before in text
    assert says in judge.refusal(text.replace(before, after))


def test_a_configuration_has_no_runtime(judge: Judge) -> None:
    text = manifest(SMALL[0], *SMALL[1:]).text + "  runtimeConfigRef:\n    name: small\n"
    assert "runtimeConfigRef" in judge.refusal(text)


OBJECTS = (
    InstalledObject(
        "Function", "team-function-a", "registry.example.org/team/function-a:v0.3.0", ""
    ),
    InstalledObject(
        "Provider", "team-provider-b", "registry.example.org/team/provider-b:v2.0.0", ""
    ),
    InstalledObject(
        "Configuration", "team-platform", "registry.example.org/team/platform:v1.2.3", ""
    ),
)
_TIME = "2026-01-01T00:00:00Z"


def test_deploying_to_a_cluster(server: ApiServer | None, tmp_path: Path) -> None:
    """Somebody else plays the package manager; without a server, kubectl is played as well."""
    text = manifest(*SMALL).text
    said: list[str] = []
    if server is None:
        print("No API server is built: kubectl is played.")
        kubectl = _played(tmp_path)
        assert deploy(text, OBJECTS, kubectl, DeployOptions(timeout=60), said.append)
    else:
        print("The cluster is a Kubernetes API server.")
        kubectl = Kubectl(env=server.env)
        dry: list[str] = []
        assert deploy(text, OBJECTS, kubectl, DeployOptions(dry_run=True), dry.append)
        assert "+  name: team-function-a" in dry[0]
        manager = threading.Thread(target=_play_the_package_manager, args=(server,))
        manager.start()
        assert deploy(text, OBJECTS, kubectl, DeployOptions(timeout=60), said.append)
        manager.join()
        dry.clear()
        assert deploy(text, OBJECTS, kubectl, DeployOptions(dry_run=True), dry.append)
        assert dry == ["Nothing would change."]
    assert "is installed, but not healthy yet: cannot resolve package dependencies" in "".join(said)
    assert said[-1].endswith(
        "KIND           NAME             INSTALLED  HEALTHY  PACKAGE\n"
        f"Function       team-function-a  True       True     {HOST}/team/function-a:v0.3.0\n"
        f"Provider       team-provider-b  True       True     {HOST}/team/provider-b:v2.0.0\n"
        f"Configuration  team-platform    True       True     {HOST}/team/platform:v1.2.3"
    )


def _play_the_package_manager(server: ApiServer) -> None:
    names = {o.name: f"{o.kind.lower()}s.pkg.crossplane.io/{o.name}" for o in OBJECTS}
    while any(server.kubectl("get", name).returncode for name in names.values()):
        time.sleep(0.2)
    waiting = condition("Healthy", "False", "cannot resolve package dependencies")
    for conditions in ((READY[0], waiting), READY):
        for found in OBJECTS:
            stamped = [{**c, "lastTransitionTime": _TIME} for c in conditions]
            status = {"conditions": stamped, "currentIdentifier": found.package}
            server.set_status(names[found.name], status)
        time.sleep(3)


def _played(folder: Path) -> Kubectl:
    fake = FakeKubectl.create(folder / "bin")
    waiting = condition("Healthy", "False", "cannot resolve package dependencies")
    answers = [
        listed(*(installed_object(o.kind, o.name, *c, package=o.package) for o in OBJECTS))
        for c in ((READY[0], waiting), READY)
    ]
    fake.answer(get=answers)
    return Kubectl(program=fake.program)


def test_fields_that_the_package_manager_owns(server: ApiServer | None, tmp_path: Path) -> None:
    """An object that it created for a dependent, at another version."""
    said: list[str] = []
    text = manifest(SMALL[1]).text.replace("function-a", "function-c")
    options = DeployOptions(timeout=0)
    if server is None:
        print("No API server is built: kubectl is played.")
        fake = FakeKubectl.create(tmp_path / "bin")
        stderr = 'conflict with "crossplane": .spec.package\nPlease review: --force-conflicts\n'
        fake.answer(apply=[{"exit": 1, "stderr": stderr}, {}])
        kubectl = Kubectl(program=fake.program)
    else:
        other = text.replace("v0.3.0", "v0.2.0")
        created = server.kubectl("create", "--field-manager=crossplane", "-f", "-", text=other)
        assert created.returncode == 0, created.stderr
        kubectl = Kubectl(env=server.env)
    objects = OBJECTS[:1]
    assert not deploy(text, objects, kubectl, options, said.append)
    assert '"crossplane"' in said[0]
    assert "Somebody else owns these fields" in said[0]
    assert deploy(text, objects, kubectl, options._replace(force=True), said.append)
