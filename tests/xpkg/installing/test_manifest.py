"""Manifests of `xpkg_install` targets, made by the real tool from packages that it builds."""

from __future__ import annotations

from typing import Any

import pytest
from pants.core.goals.package import BuiltPackage
from pants.engine.addresses import Address
from pants.engine.fs import Snapshot
from pants.engine.internals.scheduler import ExecutionError

from tests.xpkg.installing.install_runner import HOST, InstallRunner
from xpkg.installing.manifest import named_overrides
from xpkg.installing.package import XpkgInstallFieldSet
from xpkg_tool.messages.install import InstallOptions

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
      functionRef: {name: function}
"""
LOCK = """\
{
  "formatVersion": 1,
  "packages": [
    {
      "source": "other.example.org/b/provider",
      "version": "v4.0.0",
      "digest": "sha256:%s",
      "kind": "Provider",
      "objectName": "b-provider",
      "platforms": {},
      "dependencies": [],
      "requiredBy": []
    }
  ]
}
""" % ("a" * 64)


@pytest.fixture(scope="module")
def shared() -> InstallRunner:
    return InstallRunner.create()


@pytest.fixture
def install(shared: InstallRunner) -> InstallRunner:
    """A Configuration that needs a Function of the repository and a Provider of the lock."""
    needs = {
        "function": ("Function", "~v0.1.0"),
        "other.example.org/b/provider": ("Provider", ">=v4.0.0"),
    }
    shared.configure(main={"address": HOST, "default": True})
    shared.package("platform", needs=needs)
    shared.package("function", "Function", version="v0.1.0", image_tags=["latest", "{version}"])
    shared.install("platform")
    shared.write(**{"xpkg.lock": LOCK})
    return shared


def test_packages_of_the_repository_and_of_the_lock(install: InstallRunner) -> None:
    made = install.manifest()
    assert made.text == ""
    assert [(o["kind"], o["metadata"]["name"], o["spec"]) for o in install.objects(made)] == [
        ("Provider", "b-provider", {"package": "other.example.org/b/provider:v4.0.0"}),
        ("Function", "team-function", {"package": f"{HOST}/team/function:v0.1.0"}),
        ("Configuration", "team-platform", {"package": f"{HOST}/team/platform:v1.2.3"}),
    ]
    # What is to be published first.
    assert [a.spec for a in made.packages] == [
        "packages/function:function",
        "packages/platform:platform",
    ]


def test_all_fields(install: InstallRunner) -> None:
    install.install(
        "platform",
        mode="unresolved",
        revision_activation_policy="Manual",
        revision_history_limit=3,
        package_pull_policy="Never",
        package_pull_secrets=["secret"],
        runtime_config_ref={"name": "small"},
        common_labels={"a": "b"},
        common_annotations={"c": "d"},
        ignore_crossplane_constraints=True,
        overrides={
            "packages/function": {"revision_history_limit": 5},
            "other.example.org/b/provider": {"package_pull_secrets": ["other"]},
        },
    )
    provider, function, configuration = (o["spec"] for o in install.objects(install.manifest()))
    assert list(configuration) == [
        "package",
        "revisionActivationPolicy",
        "revisionHistoryLimit",
        "packagePullPolicy",
        "packagePullSecrets",
        "ignoreCrossplaneConstraints",
        "skipDependencyResolution",
        "commonLabels",
        "commonAnnotations",
    ]
    assert provider["packagePullSecrets"] == [{"name": "other"}]
    assert provider["package"] == f"other.example.org/b/provider@sha256:{'a' * 64}"
    assert (function["revisionHistoryLimit"], provider["revisionHistoryLimit"]) == (5, 3)
    assert function["runtimeConfigRef"] == {"name": "small"}


def test_closed_by_digest(install: InstallRunner) -> None:
    """What `pin_dependencies` writes into a package is what is installed."""
    install.install("platform", mode="pinned")
    assert "XP163" in install.manifest().text
    needs = {
        "function": ("Function", "~v0.1.0"),
        "other.example.org/b/provider": ("Provider", ">=v4.0.0"),
    }
    install.package("platform", needs=needs, pin_dependencies=True)
    provider, function, configuration = install.objects(install.manifest())
    assert provider["spec"]["package"] == f"other.example.org/b/provider@sha256:{'a' * 64}"
    for value, name in ((function, "function"), (configuration, "platform")):
        assert value["spec"]["package"].startswith(f"{HOST}/team/{name}@sha256:")
    # By tag, such a package is refused.
    install.install("platform")
    assert 'use `mode="pinned"`' in install.manifest().text


def test_a_package_of_the_lock_by_itself(install: InstallRunner) -> None:
    install.install(external_packages=["other.example.org/b/provider"])
    made = install.manifest()
    assert (len(install.objects(made)), made.packages) == (1, ())


RESOLVES = "--xpkg-resolves={'xpkg': 'xpkg.lock', 'next': 'next/xpkg.lock'}"


def test_each_resolve_has_a_lock(install: InstallRunner) -> None:
    install.configure(RESOLVES, main={"address": HOST, "default": True})
    install.write(**{"next/xpkg.lock": LOCK.replace("v4.0.0", "v4.1.0")})
    needs = {"other.example.org/b/provider": ("Provider", ">=v4.0.0")}
    install.package("platform", needs=needs, resolve="next")
    assert ":v4.1.0" in install.objects(install.manifest())[0]["spec"]["package"]
    install.install("platform", resolve="xpkg")
    assert ":v4.0.0" in install.objects(install.manifest())[0]["spec"]["package"]
    install.install("platform", "function")
    assert "have several resolves: next, xpkg" in install.manifest().text
    install.install(external_packages=["other.example.org/b/provider"], resolve="nxt")
    text = install.manifest().text
    assert text.startswith("install/BUILD:1: error: The 'resolve' field in target install:install ")
    assert "must be one of `[xpkg].resolves`, but is 'nxt'" in text


def test_what_is_missing_is_locked_in_the_lock_of_the_target(install: InstallRunner) -> None:
    install.configure(RESOLVES, main={"address": HOST, "default": True})
    needs = {"other.example.org/missing": ("Provider", "*")}
    install.package("platform", needs=needs, resolve="next")
    text = install.manifest().text
    assert text.startswith("packages/platform/crossplane.yaml:9:14: error XP162: ")
    assert " generate-lockfiles --resolve=next`." in text


def test_functions_that_are_called_by_another_name(install: InstallRunner) -> None:
    install.package(
        "platform",
        needs={"function": ("Function", "~v0.1.0")},
        files={"apis/composition.yaml": COMPOSITION},
    )
    made = install.manifest()
    assert "packages/platform/apis/composition.yaml:10:27: warning XP166: " in made.text
    assert not made.failed


def test_what_the_tool_refuses(install: InstallRunner) -> None:
    install.package("function", "Function", version="v0.2.0")
    install.install("platform", package_pull_policy="never")
    made = install.manifest()
    assert made.failed
    assert "packages/platform/crossplane.yaml:10:14: error XP163: " in made.text
    assert "  10 |     version: ~v0.1.0\n     |              ^^^^^^^\n" in made.text
    assert "install/BUILD:1: error XP165: `package_pull_policy` must be one of" in made.text


def test_packages_that_cannot_be_built(install: InstallRunner) -> None:
    install.write(**{"packages/function/crossplane.yaml": "kind: Function\n"})
    made = install.manifest()
    assert made.failed
    assert [a.spec for a in made.not_built] == ["packages/function:function"]
    assert made.text.startswith(
        "install/BUILD:1: error: packages/function:function, which it installs, cannot be built.\n"
    )


REGISTRIES = {
    "main": {"address": HOST, "default": True},
    "mirror": {"address": "mirror.example.org/cache", "default": True},
    "local": {"address": "oci-layout:dist/registry"},
}


@pytest.mark.parametrize(
    ("registry", "package"),
    [
        (None, f"{HOST}/team/function:v0.1.0"),
        ("@mirror", "mirror.example.org/cache/team/function:v0.1.0"),
        ("mirror.example.org/cache", "mirror.example.org/cache/team/function:v0.1.0"),
    ],
)
def test_of_several_registries_one(
    install: InstallRunner, registry: str | None, package: str
) -> None:
    install.configure(**REGISTRIES)
    install.install("function", registry=registry)
    (made,) = install.objects(install.manifest())
    assert made["spec"]["package"] == package


@pytest.mark.parametrize(
    ("fields", "target", "says"),
    [
        ({"registry": "@local"}, {}, "is not published to the registry @local"),
        ({"registry": "@lcal"}, {}, "Did you mean @local?"),
        ({}, {"skip_push": True}, "because of its `skip_push`"),
        ({}, {"registries": ["@local"]}, "a directory, from which no cluster installs"),
        ({}, {"version": None, "image_tags": ["{version}"]}, "has no `version`"),
    ],
)
def test_what_is_not_published_so_that_it_can_be_installed(
    install: InstallRunner, fields: dict[str, Any], target: dict[str, Any], says: str
) -> None:
    install.configure(**REGISTRIES)
    install.package("function", "Function", **target)
    install.install("function", **fields)
    made = install.manifest()
    assert made.failed
    assert says in made.text


def test_what_no_package_is(install: InstallRunner) -> None:
    install.write(**{"other/BUILD": "target(name='other')\n"})
    install.install("other:other")
    assert "has other:other (target)" in install.manifest().text
    install.install()
    assert "installs nothing" in install.manifest().text


def test_the_file_below_dist(install: InstallRunner) -> None:
    for fields, path in (({}, "install/install.yaml"), ({"output_path": "a/b.yaml"}, "a/b.yaml")):
        install.install("platform", **fields)
        target = install.runner.get_target(Address("install"))
        built = install.runner.request(BuiltPackage, [XpkgInstallFieldSet.create(target)])
        snapshot = install.runner.request(Snapshot, [built.digest])
        assert snapshot.files == (path,)
        (artifact,) = built.artifacts
        assert artifact.relpath == path
        assert artifact.extra_log_lines[-1] == (
            f"  Configuration team-platform {HOST}/team/platform:v1.2.3"
        )


def test_a_manifest_that_cannot_be_made(install: InstallRunner) -> None:
    install.install("platform", package_pull_policy="never")
    target = install.runner.get_target(Address("install"))
    with pytest.raises(ExecutionError, match="Nothing was written"):
        install.runner.request(BuiltPackage, [XpkgInstallFieldSet.create(target)])


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("packages/a", "packages/a:a"),
        ("packages/a:a", "packages/a:a"),
        ("//packages/a", "packages/a:a"),
        (":a", "packages/a:a"),
        ("//:root", "//:root"),
        ("packages/b", "packages/b"),
        ("registry.example.org/packages/a", "registry.example.org/packages/a"),
        ("registry.example.org:5000/packages/a", "registry.example.org:5000/packages/a"),
    ],
)
def test_overrides_are_for_addresses_however_they_are_written(key: str, name: str) -> None:
    packages = [Address("packages/a"), Address("", target_name="root")]
    owner = Address("packages/a", target_name="install")
    assert list(named_overrides({key: InstallOptions()}, owner, packages)) == [name]


def test_two_spellings_of_an_address_are_an_error(install: InstallRunner) -> None:
    options = {"revision_history_limit": 3}
    install.install(
        "function", overrides={"packages/function": options, "//packages/function": options}
    )
    text = install.manifest().text
    assert "names packages/function:function more than once" in text
    assert "'//packages/function', 'packages/function'" in text
