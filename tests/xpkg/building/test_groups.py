"""Which packages of a bucket are built together."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from pants.engine.addresses import Address
from pants.engine.fs import Digest

from xpkg.building.groups import BuiltGroups
from xpkg.building.inputs import PackageInputs


def package(name: str, state: int = 0, size: int = 1_000) -> PackageInputs:
    digest = Digest(f"{state:064x}", 1)
    return PackageInputs(Address(name), digest, size, ("crossplane.yaml",), (), True, None)


class Three(NamedTuple):
    a: PackageInputs = package("a")
    b: PackageInputs = package("b")
    c: PackageInputs = package("c")


def test_at_first_all_are_built_together() -> None:
    packages = Three()
    assert BuiltGroups().regroup(packages) == {p: tuple(packages) for p in packages}


def test_what_has_changed_is_built_and_the_others_stay() -> None:
    built = BuiltGroups()
    before = Three()
    built.add(tuple(before))
    after = before._replace(b=package("b", 1))
    groups = built.regroup(after)
    assert groups == {after.a: tuple(before), after.b: (after.b,), after.c: tuple(before)}
    built.add((after.b,))
    last = after._replace(b=package("b", 2), c=package("c", 1))
    assert built.regroup(last) == {
        last.a: tuple(before),
        last.b: (last.b, last.c),
        last.c: (last.b, last.c),
    }


def test_a_group_that_was_not_built_is_not_relied_on() -> None:
    """One whose process fails because of one package does not hold the others back."""
    built = BuiltGroups()
    before = Three()
    assert set(built.regroup(before).values()) == {tuple(before)}
    after = before._replace(b=package("b", 1))
    assert set(built.regroup(after).values()) == {tuple(after)}


def test_a_large_package_is_alone() -> None:
    packages = Three(b=package("b", size=3_000_000))
    assert BuiltGroups().regroup(packages) == {
        packages.a: (packages.a, packages.c),
        packages.b: (packages.b,),
        packages.c: (packages.a, packages.c),
    }


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), max_size=8))
def test_each_package_is_built_as_it_is_now(history: list[list[int]]) -> None:
    """And once: whatever changes, and is taken back, each state that is new is in one new group."""
    built = BuiltGroups()
    for states in history:
        packages = [package(f"p{number}", state) for number, state in enumerate(states)]
        known = {p for p in packages if built.of(p)}
        groups = built.regroup(packages)
        assert list(groups) == packages
        assert all(p in group for p, group in groups.items())
        new = {group for p, group in groups.items() if p not in known}
        assert new == ({tuple(p for p in packages if p not in known)} if new else set())
        for group in new:
            built.add(group)
