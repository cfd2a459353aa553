"""Which packages of a repository an entry of `spec.dependsOn` means."""

from __future__ import annotations

from typing import Sequence

import pytest

from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, Range
from xpkg_tool.dependencies.model import Dependency
from xpkg_tool.dependencies.repository import Member, Repository, same_release, satisfies
from xpkg_tool.package.semver import Dialect

SOURCE = "registry.example.org/a"
DIGEST = f"sha256:{'0' * 64}"


def dependency(constraint: str | None, package: str = SOURCE) -> Dependency:
    return Dependency(0, "function", "pkg.crossplane.io/v1", "Function", package, constraint)


def member(name: str, version: str | None = None, *sources: str, origin: str = "") -> Member:
    return Member(name, origin or f"{name}/BUILD:1", "Function", sources or (SOURCE,), version)


def meant(
    constraint: str | None,
    versions: Sequence[str | None],
    includes: tuple[str, ...] = (),
    excludes: tuple[str, ...] = (),
) -> tuple[list[str], bool, bool]:
    """The members that a dependency means, whether that is ambiguous, and whether none of them
    satisfies it; they are called 0, 1, 2 and so on."""
    user = Member("user", "", "Function", (), None, (dependency(constraint),), includes, excludes)
    members = [member(str(number), version) for number, version in enumerate(versions)]
    edges = Repository((*members, user)).edges(user)
    if not edges:
        return [], False, False
    (edge,) = edges
    return [m.name for m in edge.members], edge.ambiguous, edge.unsatisfied


def test_a_single_one_is_meant() -> None:
    assert meant(">=v1.0.0", ["v1.2.0"]) == (["0"], False, False)
    assert meant(">=v1.0.0", [None]) == (["0"], False, False)
    assert meant(None, [None]) == (["0"], False, False)
    assert meant(DIGEST, ["v1.2.0"]) == (["0"], False, False)
    assert meant("nonsense!", ["v1.2.0"]) == (["0"], False, False)


def test_a_version_that_does_not_satisfy_is_said() -> None:
    assert meant(">=v2.0.0", ["v1.2.0"]) == (["0"], False, True)
    assert meant(">=v2.0.0", ["v1.2.0", "v1.3.0"]) == (["0", "1"], False, True)


def test_of_several_the_highest_that_satisfies_is_meant() -> None:
    assert meant("^v1", ["v1.2.0", "v1.10.0", "v2.0.0"]) == (["1"], False, False)
    assert meant(">=v1.0.0", ["v1.2.0", "v1.10.0", "v2.0.0"]) == (["2"], False, False)


def test_of_several_without_a_version_none_is_meant() -> None:
    assert meant("^v1", ["v1.2.0", None]) == (["0", "1"], True, False)
    assert meant("^v1", ["v1.2.0", "v1.2.0", "v1.0.0"]) == (["0", "1"], True, False)
    assert meant(DIGEST, ["v1.2.0", "v1.3.0"]) == (["1"], False, False)


def test_what_is_written_by_hand_decides() -> None:
    assert meant("^v1", [None, None], includes=("1",)) == (["1"], False, False)
    assert meant("^v1", [None, None], excludes=("0",)) == (["1"], False, False)
    assert meant("^v1", ["v1.2.0", "v1.3.0"], includes=("0",)) == (["0"], False, False)
    assert meant("^v1", ["v1.2.0"], excludes=("0",)) == ([], False, False)


def test_no_package_depends_on_its_own_source() -> None:
    one = Member("one", "", "Function", (SOURCE,), "v2.0.0", (dependency("^v1"),))
    repository = Repository((one, member("two", "v1.0.0")))
    assert repository.edges(one) == ()
    assert repository.graph() == {"one": ("one",), "two": ()}
    assert repository.entry("one", "one") == ("spec", "dependsOn", 0, "function")


def test_the_graph_has_entries_and_what_is_written_by_hand() -> None:
    one = Member("one", "", "", ("x/one",), None, (dependency("^v1"),), includes=("three",))
    repository = Repository((one, member("three", None, "x/three"), member("two")))
    assert repository.graph() == {"one": ("two", "three"), "three": (), "two": ()}
    assert repository.entry("one", "two") == ("spec", "dependsOn", 0, "function")
    assert repository.entry("one", "three") is None


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("v1.2.3", ">=v1.0.0", True),
        ("1.2.3", "^v2", False),
        ("v1.2.3-rc.1", ">=v1.0.0", False),
        (None, "^v2", None),
        ("main", "^v2", None),
        ("v1.2.3", None, None),
        ("v1.2.3", DIGEST, None),
        ("v1.2.3", "!", None),
    ],
)
def test_whether_a_version_satisfies(
    version: str | None, constraint: str | None, expected: bool | None
) -> None:
    wanted = None if constraint is None else Range(constraint, BOTH_DIALECTS)
    assert satisfies(version, wanted) is expected


def test_release_lines_and_variants_are_told_apart() -> None:
    a, b = member("a", "v1.0.0"), member("b", "v2.0.0")
    assert same_release((a, b)) == ()
    twin = member("twin", "1.0.0")
    assert same_release((a, twin, b)) == ((a, twin),)
    assert same_release((a, member("variant", "v1.0.0", origin=a.origin))) == ()
    assert same_release((member("c"), member("d"))) == ((member("c"), member("d")),)
    assert same_release((member("c", "main"), member("d", "next"))) == ()


@pytest.mark.parametrize(
    ("dialects", "meant"),
    [
        # `^0.2.3` ends at 0.3.0 for the newer one, and at 1.0.0 for the older one.
        ((Dialect.MASTERMINDS_3,), ["old"]),
        ((Dialect.MASTERMINDS_1,), ["new"]),
        (BOTH_DIALECTS, ["old"]),
    ],
)
def test_a_constraint_is_read_as_the_dependents_releases_do(
    dialects: tuple[Dialect, ...], meant: list[str]
) -> None:
    user = Member("user", "", "", (), None, (dependency("^0.2.3"),), dialects=dialects)
    others = (member("old", "v0.2.4"), member("new", "v0.5.0"))
    (edge,) = Repository((user, *others)).edges(user)
    assert [found.name for found in edge.members] == meant
