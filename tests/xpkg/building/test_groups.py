"""Which packages of a bucket are built together."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pants.engine.addresses import Address
from pants.engine.fs import Digest

from xpkg.building.groups import BuiltGroups
from xpkg.building.inputs import PackageInputs


def package(name: str, state: int = 0, size: int = 1_000) -> PackageInputs:
    digest = Digest(f"{state:064x}", 1)
    return PackageInputs(Address(name), digest, size, ("crossplane.yaml",), (), True, None)


BEFORE = tuple(package(f"p{number}") for number in range(8))


def changed(packages: tuple[PackageInputs, ...], *numbers: int) -> tuple[PackageInputs, ...]:
    return tuple(
        replace(p, digest=Digest("f" * 64, p.digest.serialized_bytes_length + 1))
        if number in numbers
        else p
        for number, p in enumerate(packages)
    )


def test_at_first_all_are_built_together() -> None:
    assert BuiltGroups().regroup(BEFORE) == dict.fromkeys(BEFORE, BEFORE)


def test_what_has_changed_is_built_and_the_others_stay() -> None:
    built = BuiltGroups()
    for p in BEFORE:
        built.add(p, BEFORE)
    after = changed(BEFORE, 1)
    assert built.regroup(after) == {**dict.fromkeys(after, BEFORE), after[1]: (after[1],)}
    built.add(after[1], (after[1],))
    last = changed(after, 1, 2)
    new = (last[1], last[2])
    assert built.regroup(last) == {**dict.fromkeys(last, BEFORE), **dict.fromkeys(new, new)}


def test_after_many_changes_the_bucket_is_built() -> None:
    """As another machine may have done."""
    built = BuiltGroups()
    for p in BEFORE:
        built.add(p, BEFORE)
    after = changed(BEFORE, 1, 2, 3)
    assert built.regroup(after) == dict.fromkeys(after, after)


def test_one_change_of_a_few_packages_is_built_alone() -> None:
    for count in (1, 2, 3):
        built = BuiltGroups()
        packages = BEFORE[:count]
        for p in packages:
            built.add(p, packages)
        after = changed(packages, 0)
        assert built.regroup(after) == {**dict.fromkeys(after, packages), after[0]: (after[0],)}


def test_a_group_that_was_not_built_is_not_relied_on() -> None:
    """One whose process fails because of one package does not hold the others back."""
    built = BuiltGroups()
    built.regroup(BEFORE)
    after = changed(BEFORE, 1)
    assert built.regroup(after) == dict.fromkeys(after, after)


def test_a_large_package_is_alone() -> None:
    large = package("large", size=3_000_000)
    packages = (*BEFORE, large)
    assert BuiltGroups().regroup(packages) == {**dict.fromkeys(BEFORE, BEFORE), large: (large,)}
    built = BuiltGroups()
    for p in BEFORE:
        built.add(p, BEFORE)
    assert built.regroup(packages) == {**dict.fromkeys(BEFORE, BEFORE), large: (large,)}
    assert BuiltGroups().regroup([large]) == {large: (large,)}


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), max_size=8))
def test_each_package_is_built_as_it_is_now(history: list[list[int]]) -> None:
    """Whatever changes, and is taken back, one process at most builds what is new."""
    built = BuiltGroups()
    for states in history:
        packages = [package(f"p{number}", state) for number, state in enumerate(states)]
        new = {p for p in packages if built.of(p) is None}
        groups = built.regroup(packages)
        assert list(groups) == packages
        assert all(p in group for p, group in groups.items())
        assert len({groups[p] for p in new}) <= 1
        for p, group in groups.items():
            built.add(p, group)
