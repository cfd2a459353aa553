"""The tag that is installed of those that a registry has."""

from __future__ import annotations

import random

import pytest

from xpkg_tool.package.semver import Dialect, parse_constraint
from xpkg_tool.package.version_choice import choose, version_tags

TAGS = ("v2.0.0-rc.1", "v1.10.0", "latest", "v1.9.0", "v1", "1.2", "v1.9.0-rc.1", "sha256-ab.sig")


def test_tags_that_are_versions_are_sorted_and_keep_their_spelling() -> None:
    # As crossplane-runtime's FilterAndSortVersions has them, with `v1.0.0` for `v1`.
    found = [tag.text for tag in version_tags(TAGS)]
    assert found == ["v1", "1.2", "v1.9.0-rc.1", "v1.9.0", "v1.10.0", "v2.0.0-rc.1"]


@pytest.mark.parametrize(
    ("constraints", "chosen"),
    [
        (["*"], "v1.10.0"),
        ([">=v1.0.0", "<1.10.0"], "v1.9.0"),
        ([">=v1.0.0-0"], "v2.0.0-rc.1"),
        (["<=v1.9.0-rc.1"], "v1.9.0-rc.1"),
        # The tags `v1` and `1.2` are not installed, whatever they are.
        (["=1.0.0"], None),
        (["=1.2.0 || =1.9.0"], "v1.9.0"),
        ([">=1.9.0", "<1.9.0"], None),
    ],
)
def test_the_highest_complete_version_that_satisfies_all(
    constraints: list[str], chosen: str | None
) -> None:
    tag = choose(TAGS, [parse_constraint(constraint) for constraint in constraints])
    assert (tag.text if tag else None) == chosen


def test_the_order_of_the_registry_has_no_influence() -> None:
    tags = [*TAGS, "1.10.0", "01.10.0", "1.10.0-1", "1.10.0-01"]
    for dialect in Dialect:
        constraint = parse_constraint("*", dialect)
        expected = version_tags(sorted(tags), dialect)
        for seed in range(20):
            random.Random(seed).shuffle(tags)
            assert version_tags(tags, dialect) == expected
            chosen = choose(tags, [constraint], dialect)
            assert chosen is not None and chosen.text == "v1.10.0"


def test_what_the_older_library_reads_as_a_version_may_be_none_to_the_newer_one() -> None:
    assert [t.text for t in version_tags(["1.0.0-01"], Dialect.MASTERMINDS_1)] == ["1.0.0-01"]
    assert version_tags(["1.0.0-01"], Dialect.MASTERMINDS_3) == ()
