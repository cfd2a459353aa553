"""Versions and constraints, held to what the package manager's own libraries say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.package.semver import (
    Constraint,
    Dialect,
    Version,
    VersionError,
    parse_constraint,
    parse_version,
)

SEMVER = json.loads((VECTORS / "semver.json").read_text())
TEXTS, *CONSTRAINTS = map(json.loads, (VECTORS / "constraints.jsonl").read_text().splitlines())
KEYS = [(Dialect.MASTERMINDS_1, "1"), (Dialect.MASTERMINDS_3, "3")]


def read_version(text: str, dialect: Dialect) -> Version | None:
    try:
        return parse_version(text, dialect)
    except VersionError:
        return None


def read_constraint(text: str, dialect: Dialect) -> Constraint | None:
    try:
        return parse_constraint(text, dialect)
    except VersionError:
        return None


@pytest.mark.parametrize("vector", SEMVER["versions"], ids=lambda v: str(v["Version"]))
def test_version_is_read_as_upstream_reads_it(vector: dict[str, Any]) -> None:
    if vector["OK"]:
        assert str(parse_version(vector["Version"])) == vector["Canonical"]
    else:
        with pytest.raises(VersionError):
            parse_version(vector["Version"])


@pytest.mark.parametrize("vector", SEMVER["constraints"], ids=lambda v: str(v["Constraint"]))
def test_constraint_matches_what_upstream_matches(vector: dict[str, Any]) -> None:
    if not vector["OK"]:
        with pytest.raises(VersionError):
            parse_constraint(vector["Constraint"])
        return
    constraint = parse_constraint(vector["Constraint"])
    readable = [v["Version"] for v in SEMVER["versions"] if v["OK"]]
    matched = [text for text in readable if constraint.matches(parse_version(text))]
    assert matched == vector["Matches"]


@pytest.mark.parametrize(("dialect", "key"), KEYS)
def test_each_library_reads_versions_in_its_own_way(dialect: Dialect, key: str) -> None:
    for text, expected in zip(TEXTS["versions"], TEXTS[key]):
        version = read_version(text, dialect)
        assert (None if version is None else str(version)) == expected, text


@pytest.mark.parametrize(("dialect", "key"), KEYS)
def test_each_library_reads_constraints_in_its_own_way(dialect: Dialect, key: str) -> None:
    versions = [read_version(text, dialect) for text in TEXTS["versions"]]
    differences = []
    for vector in CONSTRAINTS:
        constraint = read_constraint(vector["constraint"], dialect)
        verdict = None
        if constraint is not None:
            matches = constraint.matches
            verdict = "".join("-" if v is None else "01"[matches(v)] for v in versions)
        if verdict != vector[key]:
            differences.append((vector["constraint"], verdict, vector[key]))
    assert len(CONSTRAINTS) > 600 and not differences


@pytest.mark.parametrize("dialect", Dialect)
def test_a_long_constraint_takes_no_time(dialect: Dialect) -> None:
    for text in (" " * 1_500 + "!", ">=" * 100_000, "1" + " " * 1_500 + "-", "1 -" * 600):
        with pytest.raises(VersionError):
            parse_constraint(text, dialect)


def test_equal_versions_have_one_hash() -> None:
    assert len({parse_version("1.2.3"), parse_version("v1.2.3+build"), Version(1, 2, 3)}) == 1
    assert parse_version("1.2.3") != "1.2.3"
