"""Which packages of the repository publish which source."""

from __future__ import annotations

import pytest
from pants.engine.addresses import Address
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.dependencies.packages import HOST, configure, runner_with, write
from xpkg.dependencies.repository import RepositoryPackages


@pytest.fixture
def runner() -> RuleRunner:
    runner = runner_with()
    configure(runner)
    return runner


def publishers(runner: RuleRunner) -> dict[str, list[str]]:
    found: RepositoryPackages = runner.request(RepositoryPackages, [])
    return {source: [a.spec for a in by] for source, by in found.publishers.items()}


def test_several_targets_may_publish_one_source(runner: RuleRunner) -> None:
    write(runner, "a", repository="team/x", version="v1.0.0")
    write(runner, "b", repository="team/x", version="v2.0.0")
    source = f"{HOST}/team/x"
    assert publishers(runner) == {source: ["packages/a:a", "packages/b:b"]}
    found: RepositoryPackages = runner.request(RepositoryPackages, [])
    assert found.publishing(source) == (Address("packages/a"), Address("packages/b"))
    assert found.publishing(source.upper()) == ()
    assert [p.version for p in found.packages.values()] == ["v1.0.0", "v2.0.0"]


def test_each_registry_has_a_source_of_its_own(runner: RuleRunner) -> None:
    configure(
        runner,
        {
            "main": {"address": HOST, "default": True},
            "mirror": {
                "address": "mirror.example.org/all",
                "known_as": f"{HOST}/public",
                "default": True,
                "repository": "team/{target_repository}",
            },
            "known": {
                "address": "oci-layout:dist/registry",
                "known_as": "host.example.org",
                "default": True,
            },
            "unknown": {"address": "oci-layout:dist/other", "default": True},
        },
    )
    write(runner, "a")
    assert list(publishers(runner)) == [
        "host.example.org/a",  # By alias: "known", "main", "mirror".
        f"{HOST}/a",
        f"{HOST}/public/team/a",
    ]


def test_what_only_tags_need_may_be_missing(runner: RuleRunner) -> None:
    write(runner, "a", version="{env.CI_TAG}", image_tags=["{version}", "{env.CI_BRANCH}"])
    write(runner, "b", version="{env.CI_TAG}", repository="x/{version}")
    write(runner, "c", repository="{env.TEAM}/{build_args.part}/{package}")
    write(runner, "d", repository="x/{pants.hash}")
    write(runner, "e", registries=["@typo"])
    write(runner, "f", repository="{env.API_TOKEN}/f")
    args = ["--xpkg-build-args=part=p"]
    configure(runner, None, *args, TEAM="team", API_TOKEN="secret")
    assert list(publishers(runner)) == [f"{HOST}/a", f"{HOST}/team/p/c"]
    configure(runner, None, *args, CI_TAG="v1.0.0")
    assert list(publishers(runner)) == [f"{HOST}/a", f"{HOST}/x/v1.0.0"]
    found: RepositoryPackages = runner.request(RepositoryPackages, [])
    assert found.packages[Address("packages/a")].version == "v1.0.0"


def test_a_package_without_a_meta_object_may_have_a_source(runner: RuleRunner) -> None:
    runner.write_files(
        {
            "a/BUILD": "xpkg_package(repository='x/a')\n",
            "a/a.yaml": "broken: [",
            "b/BUILD": "xpkg_package()\n",
            "b/b.yaml": "broken: [",
        }
    )
    assert publishers(runner) == {f"{HOST}/x/a": ["a:a"]}
