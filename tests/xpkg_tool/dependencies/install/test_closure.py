"""The closure of packages: all that they need, dependencies first."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.dependencies.install.closures import (
    CONFIGURATION,
    FUNCTION,
    HOST,
    PROVIDER,
    SMALL,
    package,
)
from xpkg_tool.dependencies.install.closure import closure_of
from xpkg_tool.dependencies.install.model import Package
from xpkg_tool.dependencies.install.places import Places


def closure(*packages: Package, roots: tuple[str, ...] = (), resolved: bool = True):  # type: ignore[no-untyped-def]
    return closure_of(
        roots or (packages[0].source,), packages, Places("install:install"), resolved=resolved
    )


@pytest.mark.parametrize("order", [SMALL, SMALL[::-1]], ids=["one", "other"])
def test_dependencies_come_first_whatever_the_order(order: tuple[Package, ...]) -> None:
    found, findings = closure(*order, roots=(CONFIGURATION.source,))
    assert found.packages == (FUNCTION, PROVIDER, CONFIGURATION)
    assert findings == ()


def test_only_what_is_needed_is_in_it() -> None:
    found, _ = closure(FUNCTION, PROVIDER, CONFIGURATION)
    assert found.packages == (FUNCTION,)


def test_a_chain_of_thousands() -> None:
    length = 3_000
    chain = [
        package(f"c/p{n}", needs=[("Configuration", f"c/p{n + 1}", "*")] if n < length else ())
        for n in range(length + 1)
    ]
    found, findings = closure(*chain)
    assert [p.source for p in found.packages] == [p.source for p in reversed(chain)]
    assert findings == ()


def test_what_is_missing_is_named_with_what_needs_it() -> None:
    _, findings = closure(
        package("a", needs=[("Function", "other.example.org/f", "*"), ("Provider", "b", "*")])
    )
    assert [(f.code, f.path) for f in findings] == [("XP162", "packages/a:a")] * 2
    needed = sorted(f.message.split()[3].rstrip(",") for f in findings)
    assert needed == ["other.example.org/f", f"{HOST}/b"]


def test_a_root_that_is_not_there() -> None:
    found, findings = closure(FUNCTION, roots=(f"{HOST}/team/function-a:v1",))
    assert found.packages == ()
    assert [(f.code, f.path) for f in findings] == [("XP162", "install:install")]
    assert "without a tag or a digest" in findings[0].remedy


def test_two_packages_of_one_source() -> None:
    other = package("team/function-a", "Function", origin="legacy/f:f", version="v0.2.0")
    found, findings = closure(FUNCTION, other)
    assert found.packages == (FUNCTION,)
    assert [(f.code, f.path) for f in findings] == [("XP161", "legacy/f:f")]
    assert f"{FUNCTION.origin} and legacy/f:f" in findings[0].message


def test_one_package_twice_is_one() -> None:
    assert closure(FUNCTION, FUNCTION)[1] == ()


CYCLE = (
    package("a", needs=[("Configuration", "b", "*")]),
    package("b", needs=[("Configuration", "c", "*")]),
    package("c", needs=[("Configuration", "b", "*")]),
)


def test_a_cycle_is_shown() -> None:
    found, findings = closure(*CYCLE)
    assert len(found.packages) == 3
    assert [f.code for f in findings] == ["XP161"]
    assert f"{HOST}/b -> {HOST}/c -> {HOST}/b. " in findings[0].message


def test_a_cycle_that_nobody_resolves() -> None:
    assert closure(*CYCLE, resolved=False)[1] == ()
