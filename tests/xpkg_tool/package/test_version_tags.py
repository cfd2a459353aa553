"""Tags that look like versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.package.version_tags import is_nearly_a_version

VERSIONS: list[dict[str, Any]] = json.loads((VECTORS / "semver.json").read_text())["versions"]


@pytest.mark.parametrize("tag", ["v1", "v1.2", "1.2", "1.2.3.4", "V1.2.3", "v1.2.3.4", "1.2-rc.1"])
def test_nearly(tag: str) -> None:
    assert is_nearly_a_version(tag)


@pytest.mark.parametrize("tag", ["v1.2.3", "1.2.3", "v1.2.3-rc.1", "latest", "main", "20260102"])
def test_a_version_or_none(tag: str) -> None:
    assert not is_nearly_a_version(tag)


def test_no_version_that_the_package_manager_takes_whole_is_doubted() -> None:
    read = [(v["Version"], v["Canonical"]) for v in VERSIONS if v["OK"]]
    whole = [version for version, canonical in read if canonical == version.lstrip("v")]
    assert len(whole) > 10
    # A tag cannot contain `+`.
    assert not [tag for tag in whole if "+" not in tag and is_nearly_a_version(tag)]
