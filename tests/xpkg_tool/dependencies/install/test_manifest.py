"""The manifest as a whole."""

from __future__ import annotations

import itertools

import pytest

from tests.xpkg_tool.dependencies.install.closures import (
    CONFIGURATION,
    FUNCTION,
    HOST,
    PROVIDER,
    SMALL,
    manifest,
    messages,
    package,
    pinned,
)
from xpkg_tool.dependencies.install.model import locked_packages
from xpkg_tool.dependencies.lock.model import Lock, LockedDependency, LockedPackage
from xpkg_tool.messages.install import InstallOptions

BY_TAG = """\
---
apiVersion: pkg.crossplane.io/v1
kind: Function
metadata:
  name: team-function-a
spec:
  package: registry.example.org/team/function-a:v0.3.0
---
apiVersion: pkg.crossplane.io/v1
kind: Provider
metadata:
  name: team-provider-b
spec:
  package: registry.example.org/team/provider-b:v2.0.0
---
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: team-platform
spec:
  package: registry.example.org/team/platform:v1.2.3
"""


def test_by_tag() -> None:
    assert manifest(*SMALL).text == BY_TAG


def test_the_order_of_packages_and_roots_has_no_effect() -> None:
    roots = (CONFIGURATION.source, FUNCTION.source, CONFIGURATION.source)
    for order in itertools.permutations(SMALL):
        assert manifest(*order, roots=roots).text == BY_TAG


def test_closed_by_digest() -> None:
    made = manifest(*map(pinned, SMALL), mode="pinned")
    assert [o["spec"] for o in made.objects] == [
        {"package": f"{p.source}@{p.digest}"} for p in (FUNCTION, PROVIDER, CONFIGURATION)
    ]


def test_by_digest_without_resolution() -> None:
    made = manifest(*SMALL, mode="unresolved")
    assert [o["spec"] for o in made.objects] == [
        {"package": f"{p.source}@{p.digest}", "skipDependencyResolution": True}
        for p in (FUNCTION, PROVIDER, CONFIGURATION)
    ]


def test_with_locked_packages() -> None:
    needed = LockedDependency("other.example.org/f", "pkg.crossplane.io/v1", "Function", "*")
    lock = Lock(
        (
            LockedPackage(
                "other.example.org/c", "v1.0.0", "sha256:1", "Configuration", "c", {}, (needed,)
            ),
            LockedPackage("other.example.org/f", "v2.0.0", "sha256:2", "Function", "f"),
            LockedPackage("other.example.org/unused", "v2.0.0", "sha256:3", "Function", "unused"),
        )
    )
    own = package("a", needs=[("Configuration", "other.example.org/c", ">=v1.0.0")])
    made = manifest(own, *locked_packages(lock, "xpkg.lock"))
    assert [o["spec"]["package"] for o in made.objects] == [
        "other.example.org/f:v2.0.0",
        "other.example.org/c:v1.0.0",
        f"{HOST}/a:v1.2.3",
    ]
    # By the lock's name, options are for no single package.
    overrides = {"xpkg.lock": InstallOptions(revision_history_limit=1)}
    made = manifest(own, *locked_packages(lock, "xpkg.lock"), overrides=overrides)
    assert [code for code, _ in messages(made)] == ["XP165"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = package(
        "a",
        version="",
        needs=[("Provider", "team/function-a", "~v9.0.0"), ("Function", "missing", "*")],
    )
    made = manifest(wrong, FUNCTION, PROVIDER, options=InstallOptions(package_pull_policy="always"))
    assert sorted(code for code, _ in messages(made)) == [
        "XP160",
        "XP162",
        "XP163",
        "XP164",
        "XP165",
    ]
    assert made.failed


@pytest.mark.parametrize("size", [500, 1000])
def test_many_packages(size: int) -> None:
    # Each needs the nine before it.
    many = [
        package(f"p{n}", needs=[("Configuration", f"p{m}", "*") for m in range(max(0, n - 9), n)])
        for n in range(size)
    ]
    made = manifest(*many, roots=(many[-1].source,))
    assert (messages(made), len(made.objects)) == ([], size)
