"""Which releases of Crossplane a package admits."""

from __future__ import annotations

from typing import Any

import pytest

from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.package.crossplane_versions import (
    RELEASES,
    before,
    majors,
    releases,
    severity_of_old,
    since,
)

TWO = tuple(release for release in RELEASES if release.startswith("2."))


@pytest.mark.parametrize(
    ("crossplane", "admitted_majors", "admitted"),
    [
        (None, {2}, TWO),
        ({"version": ">=v1.14.0"}, {1, 2}, RELEASES),
        ({"version": ">=v1.14.0 <2.0.0"}, {1}, RELEASES[:1]),
        ({"version": "^2.1.3"}, {2}, TWO[1:]),
        ({"version": "~2.1.37"}, {2}, ("2.1",)),
        ({"version": "=1.20.7 || >=2.99.0"}, {1}, RELEASES[:1]),
        ({"version": ">=3.0.0"}, set(), RELEASES[-1:]),
        # A constraint that cannot be read is a finding of its own, and hides no other.
        ({"version": ">=x"}, {1, 2}, RELEASES),
        ({"version": 2}, {1, 2}, RELEASES),
        ({}, {1, 2}, RELEASES),
        ("2", {1, 2}, RELEASES),
    ],
)
def test_what_a_constraint_admits(
    crossplane: Any, admitted_majors: set[int], admitted: tuple[str, ...]
) -> None:
    meta = {"spec": {"crossplane": crossplane}}
    assert majors(meta) == admitted_majors and releases(meta) == admitted


def test_a_meta_object_without_a_spec_is_for_the_current_major() -> None:
    assert majors({}) == majors({"spec": 1}) == {2} and releases({}) == TWO


def test_releases_have_an_order() -> None:
    assert before("2.1") + since("2.1") == RELEASES and since("2.1")[0] == "2.1"


def test_what_is_old_is_an_error_only_where_it_cannot_work() -> None:
    assert [severity_of_old(frozenset(m)) for m in ((2,), (1, 2), (1,))] == [ERROR, WARNING, None]
