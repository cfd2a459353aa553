"""The checks for each kind of object."""

from __future__ import annotations

import pytest

from xpkg_tool.lint.index import CHECKS
from xpkg_tool.package.types import ALL_META, ALL_OBJECTS, ObjectKind


def test_every_kind_that_a_package_can_hold_is_checked() -> None:
    assert set(CHECKS) == ALL_META | ALL_OBJECTS


@pytest.mark.parametrize("kind", CHECKS, ids=str)
def test_the_checks_of_a_kind_are_those_that_look_at_it(kind: ObjectKind) -> None:
    found = [load() for load in CHECKS[kind]]
    assert found and all(kind in check.kinds for check in found)
    assert len(set(found)) == len(found)
