"""Floors: what a constraint admits below a version, and how it is written without that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpkg_tool.dependencies.floors import admitted_below, raised
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, Range
from xpkg_tool.package.semver import Version, parse_version


def wanted(text: str) -> Range:
    return Range(text, BOTH_DIALECTS)


@pytest.mark.parametrize(
    ("constraint", "version", "oldest", "written"),
    [
        (">=v1.0.0", "v1.4.2", "1.0.0", ">=v1.4.2"),
        (">=1.0.0", "v1.4.2", "1.0.0", ">=1.4.2"),
        (">v1.0.0", "v1.4.2", "1.0.1", ">=v1.4.2"),
        ("^v1.0.0", "v1.4.2", "1.0.0", "^v1.4.2"),
        ("^v0.1.2", "v0.1.5", "0.1.2", "^v0.1.5"),
        ("~v1.4.0", "v1.4.2", "1.4.0", "~v1.4.2"),
        (">=v1.0.0, <v2.0.0", "v1.4.2", "1.0.0", ">=v1.4.2, <v2.0.0"),
        ("<v2.0.0, >=v1.0.0", "v1.4.2", "1.0.0", "<v2.0.0, >=v1.4.2"),
        ("<v2.0.0", "v1.4.2", "0.0.0", ">=v1.4.2, <v2.0.0"),
        ("*", "v1.4.2", "0.0.0", ">=v1.4.2"),
        ("^v1.0.0 || ^v2.0.0", "v2.1.0", "1.0.0", "^v2.1.0"),
        ("^v1.0.0 || ^v2.0.0", "v1.4.0", "1.0.0", "^v1.4.0 || ^v2.0.0"),
        (">=v1.0.0-0", "v1.4.2", "1.0.0", ">=v1.4.2-0"),
        (">=v1.0.0-0", "v1.4.2-rc.1", "1.0.0", ">=v1.4.2-rc.1"),
        ("v1.4.2", "v1.4.2", None, None),
        (">=v1.4.2", "v1.4.2", None, None),
        (">=v1.4.2, <v2.0.0", "v1.4.2", None, None),
        ("not a constraint", "v1.4.2", None, None),
    ],
)
def test_a_floor(constraint: str, version: str, oldest: str | None, written: str | None) -> None:
    found = admitted_below(wanted(constraint), parse_version(version))
    assert (None if found is None else str(found)) == oldest
    if oldest is not None:
        assert raised(wanted(constraint), parse_version(version)) == written


NUMBERS = st.integers(0, 4)
VERSIONS = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda numbers: Version(*numbers))
TERMS = st.builds(
    lambda operator, version: f"{operator}v{version}",
    st.sampled_from(("^", "~", ">=", ">", "<", "<=", "!=", "", "~>")),
    VERSIONS,
)
CONSTRAINTS = st.lists(st.lists(TERMS, min_size=1, max_size=3), min_size=1, max_size=2).map(
    lambda groups: " || ".join(", ".join(group) for group in groups)
)


@given(CONSTRAINTS, VERSIONS, VERSIONS)
def test_what_is_raised_admits_the_same_from_the_floor_on(
    constraint: str, floor: Version, any_version: Version
) -> None:
    before = wanted(constraint)
    oldest = admitted_below(before, floor)
    if oldest is None:
        # Nothing older is admitted, whichever version is asked for.
        assert any_version >= floor or not before.admits(any_version)
        return
    assert oldest < floor and before.admits(oldest)
    written = raised(before, floor)
    if written is not None:
        after = wanted(written)
        assert after.admits(any_version) == (any_version >= floor and before.admits(any_version))
