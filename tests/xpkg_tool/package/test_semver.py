"""Versions and constraints, held to what the package manager's own library says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xpkg_tool.package.semver import VersionError, parse_constraint, parse_version

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "semver.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["versions"], ids=lambda v: str(v["Version"]))
def test_version_is_read_as_upstream_reads_it(vector: dict[str, Any]) -> None:
    if vector["OK"]:
        assert str(parse_version(vector["Version"])) == vector["Canonical"]
    else:
        with pytest.raises(VersionError):
            parse_version(vector["Version"])


@pytest.mark.parametrize("vector", VECTORS["constraints"], ids=lambda v: str(v["Constraint"]))
def test_constraint_matches_what_upstream_matches(vector: dict[str, Any]) -> None:
    if not vector["OK"]:
        with pytest.raises(VersionError):
            parse_constraint(vector["Constraint"])
        return
    constraint = parse_constraint(vector["Constraint"])
    readable = [v["Version"] for v in VECTORS["versions"] if v["OK"]]
    matched = [text for text in readable if constraint.matches(parse_version(text))]
    assert matched == vector["Matches"]


def test_a_long_constraint_takes_no_time() -> None:
    with pytest.raises(VersionError):
        parse_constraint(" " * 1_500 + "!")
    with pytest.raises(VersionError):
        parse_constraint(">=" * 100_000)
