"""The versions among the tags that a registry has."""

from __future__ import annotations

import random

from xpkg_tool.package.semver import Dialect
from xpkg_tool.package.version_choice import version_tags

TAGS = ("v2.0.0-rc.1", "v1.10.0", "latest", "v1.9.0", "v1", "1.2", "v1.9.0-rc.1", "sha256-ab.sig")


def test_tags_that_are_versions_are_sorted_and_keep_their_spelling() -> None:
    # As crossplane-runtime's FilterAndSortVersions has them, with `v1.0.0` for `v1`.
    found = [tag.text for tag in version_tags(TAGS)]
    assert found == ["v1", "1.2", "v1.9.0-rc.1", "v1.9.0", "v1.10.0", "v2.0.0-rc.1"]


def test_incomplete_tags_are_not_installed() -> None:
    tags = (*TAGS, "v01.2.3", "1.2.3", "v1.2.3-rc.1")
    assert [tag.text for tag in version_tags(tags) if not tag.complete] == ["v1", "1.2", "v01.2.3"]


def test_the_order_of_the_registry_has_no_influence() -> None:
    tags = [*TAGS, "1.10.0", "01.10.0", "1.10.0-1", "1.10.0-01"]
    for dialect in Dialect:
        expected = version_tags(sorted(tags), dialect)
        for seed in range(20):
            random.Random(seed).shuffle(tags)
            assert version_tags(tags, dialect) == expected


def test_what_the_older_library_reads_as_a_version_may_be_none_to_the_newer_one() -> None:
    assert [t.text for t in version_tags(["1.0.0-01"], Dialect.MASTERMINDS_1)] == ["1.0.0-01"]
    assert version_tags(["1.0.0-01"], Dialect.MASTERMINDS_3) == ()
