"""The meta objects of all packages: where they are found, and how few processes that takes."""

from __future__ import annotations

import pytest
from pants.engine.addresses import Address
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.dependencies.packages import configure, meta, runner_with, write
from xpkg.dependencies.metas import RepositoryMetas, _buckets, _tiers
from xpkg_tool.messages.repository import MetaFiles


@pytest.fixture
def runner() -> RuleRunner:
    runner = runner_with(QueryRule(RepositoryMetas, []))
    configure(runner)
    return runner


def paths(runner: RuleRunner) -> dict[str, str]:
    """The file of each package's meta object."""
    found: RepositoryMetas = runner.request(RepositoryMetas, [])
    return {address.target_name: meta.path for address, meta in found.by_address.items()}


def test_the_meta_object_is_found_wherever_it_is(runner: RuleRunner) -> None:
    write(runner, "usual")
    runner.write_files(
        {
            "packages/other/BUILD": "xpkg_package()\n",
            "packages/other/meta.yaml": meta("other"),
            "packages/other/crossplane.yaml": "a: b\n",
            "packages/deep/BUILD": "xpkg_package()\n",
            "packages/deep/a/b/package.yml": f"a: b\n---\n{meta('deep')}",
            "packages/none/BUILD": "xpkg_package()\n",
            "packages/none/examples/crossplane.yaml": meta("an-example"),
        }
    )
    assert paths(runner) == {
        "usual": "packages/usual/crossplane.yaml",
        "other": "packages/other/meta.yaml",
        "deep": "packages/deep/a/b/package.yml",
    }


def test_what_it_says(runner: RuleRunner) -> None:
    write(runner, "a", "b", constraint="^v1")
    found: RepositoryMetas = runner.request(RepositoryMetas, [])
    said = found.by_address[Address("packages/a")]
    assert (said.kind, said.name) == ("Function", "a")
    (entry,) = said.dependencies
    assert entry == (0, "pkg.crossplane.io/v1", "Function", "registry.example.org/b", "^v1")


def test_the_likeliest_files_come_first() -> None:
    files = ["p/z/crossplane.yaml", "p/crossplane.yml", "p/a.yaml", "p/crds/a.yaml"]
    assert list(_tiers(files, "p")) == [
        ("p/crossplane.yml", "p/z/crossplane.yaml"),
        ("p/a.yaml",),
        ("p/crds/a.yaml",),
    ]


def test_many_packages_share_few_processes() -> None:
    packages = [MetaFiles(f"packages/p{number:03}", ()) for number in range(200)]
    buckets = _buckets(packages)
    assert len(buckets) == 2
    assert sorted(p for bucket in buckets for p in bucket) == packages
    more = _buckets([*packages, MetaFiles("packages/new", ())])
    assert len(set(buckets) & set(more)) == 1
    assert _buckets([]) == []
