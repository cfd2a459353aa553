"""Where the dialects differ, held to what the libraries themselves say."""

from __future__ import annotations

import json

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.package.dialects import NEWER, OLDER, Difference, difference, written_for_both
from xpkg_tool.package.semver import (
    Dialect,
    Version,
    VersionError,
    parse_constraint,
    parse_version,
)

TEXTS, *CONSTRAINTS = map(json.loads, (VECTORS / "constraints.jsonl").read_text().splitlines())


@pytest.mark.parametrize(
    ("text", "witness", "admitting"),
    [
        ("<2", "2.0.0", OLDER),
        ("<v2", "2.0.0", OLDER),
        (">1", "1.0.1", OLDER),
        (">1.2", "1.2.1", OLDER),
        ("v1.2", "1.2.1", NEWER),
        ("!=1.2", "1.2.1", OLDER),
        ("<=1.2", "1.2.1", NEWER),
        ("^0.2.3", "0.3.0", OLDER),
        ("^0.0.3", "0.0.4", OLDER),
        # It is a release wherever a release makes the difference.
        (">=1.0.0-0, <2", "2.0.0", OLDER),
        (">=1.0.0-0, <2.0.0", "1.0.0-rc.1", NEWER),
    ],
)
def test_the_witness_is_the_simplest_version(text: str, witness: str, admitting: Dialect) -> None:
    assert difference(text) == Difference(witness=parse_version(witness), admitting=admitting)


@pytest.mark.parametrize("text", [">=v1.0.0", ">=v1.0.0-0", "~1", "1.x", "*", "=1.2.3", "^1.2", ""])
def test_there_is_no_difference(text: str) -> None:
    assert difference(text) is None


@pytest.mark.parametrize("row", CONSTRAINTS, ids=lambda row: repr(row["constraint"])[:60])
def test_a_difference_between_the_libraries_is_found(row: dict[str, str | None]) -> None:
    text = row["constraint"]
    assert text is not None
    found = difference(text)
    refused = [dialect for dialect, key in ((OLDER, "1"), (NEWER, "3")) if row[key] is None]
    if refused:
        expected = refused[0] if len(refused) == 1 else None
        assert (found.unreadable if found else None) is expected
        return
    assert row["1"] is not None and row["3"] is not None
    both = [one for one in zip(row["1"], row["3"]) if "-" not in one]
    if any(older != newer for older, newer in both):
        assert found is not None and found.unreadable is None
    if found is not None:
        assert found.witness is not None
        admitting = [d for d in Dialect if parse_constraint(text, d).matches(found.witness)]
        assert admitting == [found.admitting]


@pytest.mark.parametrize("row", CONSTRAINTS, ids=lambda row: repr(row["constraint"])[:60])
def test_what_is_proposed_has_the_releases_that_were_meant(row: dict[str, str | None]) -> None:
    text = row["constraint"]
    assert text is not None
    written = written_for_both(text)
    if written is None:
        return
    assert difference(written) is None
    proposed, meant = parse_constraint(written), parse_constraint(text)
    for version in TEXTS["versions"]:
        try:
            release = parse_version(version)
        except VersionError:
            continue
        if not release.prerelease:
            assert proposed.matches(release) == meant.matches(release), version


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (">=v1.0.0 <v2.0.0", ">=v1.0.0, <v2.0.0"),
        ("<2", "<2.0.0"),
        ("1.2", ">=1.2.0, <1.3.0"),
        (">v1", ">=v2.0.0"),
        ("^0.2.3 || ^0.0.3", ">=0.2.3, <0.3.0 || >=0.0.3, <0.0.4"),
        (">=v1.0.0-0 <v3", ">=v1.0.0-0, <v3.0.0-0"),
        ("1.2 - 1.4", ">=1.2.0, <1.5.0"),
        # It would take an alternative more.
        ("!=1.2", None),
        (">=", None),
    ],
)
def test_what_is_proposed(text: str, written: str | None) -> None:
    assert written_for_both(text) == written


def test_only_releases_below_a_version_count_where_one_is_given() -> None:
    assert difference("<v3", below=Version(2, 3, 0)) is None
    assert difference(">=1.0.0-0, <2.0.0", below=Version(2, 3, 0)) is None
    found = difference("<v2", below=Version(2, 3, 0))
    assert found is not None and found.witness == Version(2, 0, 0)


def test_a_long_constraint_is_not_tried() -> None:
    assert difference(" || ".join(["<2"] * 13)) is None
    assert written_for_both(" || ".join(["<2"] * 13)) is None
