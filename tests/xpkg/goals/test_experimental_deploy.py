"""`experimental-deploy` with the real tool, a `kubectl` that plays its part, and a directory as
registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from pants.core.goals import deploy as deploy_goal
from pants.core.goals import publish as publish_goal
from pants.core.goals.deploy import Deploy
from pants.engine.internals.scheduler import ExecutionError

from tests.xpkg.installing.install_runner import InstallRunner
from tests.xpkg.publish_runner import files_for_stdio
from tests.xpkg_tool.cluster.fake_kubectl import READY, FakeKubectl, installed_object, listed
from xpkg.building import attempt, clashes
from xpkg.goals import experimental_deploy, package, publish
from xpkg.naming import environment
from xpkg.publishing import execute, lookup, planning

PACKAGE = "registry.example.org/team/function:v0.1.0"
LAYOUT = {
    "address": "oci-layout:dist/registry",
    "known_as": "registry.example.org",
    "default": True,
}
FUNCTION = listed(installed_object("Function", "team-function", *READY, package=PACKAGE))


@dataclass
class Deployed:
    exit_code: int
    stderr: str
    printed: str


@dataclass
class DeployRunner:
    install: InstallRunner
    kubectl: FakeKubectl

    def run(self, *args: str, spec: str = "install", **env: str) -> Deployed:
        runner = self.install.runner
        with files_for_stdio(runner) as (stdout, stderr):
            result = runner.run_goal_rule(
                Deploy,
                global_args=(f"--xpkg-registries={ {'local': LAYOUT}!r}", *args),
                args=(spec,),
                env={"PATH": str(self.kubectl.folder), **env},
            )
            printed = stdout.read_text() + stderr.read_text()
        return Deployed(result.exit_code, result.stderr, printed)

    @property
    def published(self) -> bool:
        return Path(self.install.root, "dist/registry").exists()


@pytest.fixture
def deploy(tmp_path: Path) -> DeployRunner:
    packaging = (attempt, clashes, package)
    goals = (experimental_deploy, *packaging, publish, deploy_goal, publish_goal)
    publishing = (environment, execute, lookup, planning)
    rules = [r for module in (*goals, *publishing) for r in module.rules()]
    made = DeployRunner(InstallRunner.create(*rules), FakeKubectl.create(tmp_path / "bin"))
    made.install.package("function", "Function", version="v0.1.0")
    made.install.install("function")
    made.kubectl.answer(get=[FUNCTION], apply=[{"stdout": "function/team-function applied\n"}])
    return made


def test_it_publishes_then_applies_and_waits(deploy: DeployRunner) -> None:
    done = deploy.run()
    assert (done.exit_code, deploy.published) == (0, True)
    assert re.search(r"^pushed: oci-layout:dist/registry:team/function:v0.1.0", done.printed)
    assert "Function team-function is installed and healthy" in done.printed
    assert "install:install deployed" in done.stderr
    apply, get = deploy.kubectl.calls
    assert f"package: {PACKAGE}" in apply["input"]
    assert get["arguments"][1] == "functions.pkg.crossplane.io/team-function"


def test_a_dry_run_neither_publishes_nor_applies(deploy: DeployRunner) -> None:
    deploy.kubectl.answer(diff=[{"exit": 1, "stdout": "+kind: Function\n"}])
    done = deploy.run("--xpkg-deploy-dry-run")
    assert (done.exit_code, deploy.published) == (0, False)
    assert "install:install:\n+kind: Function\n\nNothing was changed" in done.printed
    assert " experimental-deploy --xpkg-publish-plan install:install` does that." in done.printed
    assert "install:install deployed to the current context (dry run)" in done.stderr
    assert [c["arguments"][0] for c in deploy.kubectl.calls] == ["diff"]


@pytest.mark.parametrize("args", [(), ("--xpkg-deploy-dry-run",)])
def test_a_plan_of_publishing_is_a_dry_run(deploy: DeployRunner, args: tuple[str, ...]) -> None:
    deploy.kubectl.answer(diff=[{"exit": 0}])
    done = deploy.run("--xpkg-publish-plan", *args)
    assert (done.exit_code, deploy.published) == (0, False)
    assert [c["arguments"][0] for c in deploy.kubectl.calls] == ["diff"]
    assert "team/function:v0.1.0" in done.printed
    assert "was not checked" not in done.printed


def test_a_closure_is_published_once(deploy: DeployRunner) -> None:
    """Pants asks for each package by itself; all of them are of one plan."""
    deploy.install.package("platform", needs={"function": ("Function", "~v0.1.0")})
    deploy.install.install("platform")
    platform = installed_object(
        "Configuration",
        "team-platform",
        *READY,
        package="registry.example.org/team/platform:v1.2.3",
    )
    function = installed_object("Function", "team-function", *READY, package=PACKAGE)
    deploy.kubectl.answer(get=[listed(platform, function)])
    done = deploy.run()
    assert done.exit_code == 0
    pushed = re.findall(r"^pushed: (\S+)", done.printed, re.MULTILINE)
    assert sorted(pushed) == [
        "oci-layout:dist/registry:team/function:v0.1.0",
        "oci-layout:dist/registry:team/platform:v1.2.3",
    ]
    # Nothing was found to be there already: that would be of a second plan.
    assert "up to date" not in done.stderr
    assert len(deploy.kubectl.calls) == 2


def test_a_manifest_that_cannot_be_made_stops_it(deploy: DeployRunner) -> None:
    deploy.install.install("function", package_pull_policy="never")
    with pytest.raises(ExecutionError, match="cannot be made"):
        deploy.run()
    assert (deploy.published, deploy.kubectl.calls) == (False, [])


def test_a_release_that_is_another_one_stops_it(deploy: DeployRunner) -> None:
    deploy.run()
    before = len(deploy.kubectl.calls)
    crd = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: other}\n"
    deploy.install.write(**{"packages/function/crossplane.yaml": crd})
    done = deploy.run()
    assert done.exit_code == 1
    assert "deployed" not in done.stderr
    assert len(deploy.kubectl.calls) == before


def test_what_the_cluster_refuses_fails(deploy: DeployRunner) -> None:
    deploy.kubectl.answer(apply=[{"exit": 1, "stderr": "error: not allowed\n"}])
    done = deploy.run("--xpkg-deploy-context=staging")
    assert done.exit_code == 1
    assert "not allowed" in done.printed
    assert "install:install failed for staging" in done.stderr
    assert deploy.kubectl.calls[0]["arguments"][0] == "--context=staging"


def test_what_kubectl_sees_of_the_environment(deploy: DeployRunner) -> None:
    program = deploy.kubectl.folder / "kubectl"
    seen = deploy.kubectl.folder / "seen"
    program.write_text(f"#!/bin/sh\n/usr/bin/env >>{seen}\nexit 1\n")
    env = {"KUBECONFIG": "/k", "AWS_PROFILE": "p", "GITHUB_TOKEN": "canary", "HOME": "/home/x"}
    deploy.run(**env)
    values = seen.read_text()
    assert (
        "KUBECONFIG=/k\n" in values and "AWS_PROFILE=p\n" in values and "HOME=/home/x\n" in values
    )
    assert "canary" not in values


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("GITHUB_TOKEN", "names GITHUB_TOKEN, which looks like a secret"),
        ("A-B", "has an entry 'A-B'"),
    ],
)
def test_variables_that_are_refused(deploy: DeployRunner, entry: str, says: str) -> None:
    with pytest.raises(ExecutionError) as raised:
        deploy.run(f"--xpkg-deploy-env-vars={entry}", GITHUB_TOKEN="canary")
    assert f"`[xpkg].deploy_env_vars` {says}" in str(raised.value)
    assert "canary" not in str(raised.value)
