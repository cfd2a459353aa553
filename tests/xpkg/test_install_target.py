"""The `xpkg_install` target: what its own fields refuse, and how `overrides` are read."""

from __future__ import annotations

from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.engine.target import InvalidFieldException, InvalidTargetException
from pants.util.frozendict import FrozenDict

from xpkg.install_target import (
    OVERRIDE_KEYS,
    XpkgInstallModeField,
    XpkgInstallOutputPathField,
    XpkgInstallOverridesField,
    XpkgInstallTarget,
)
from xpkg_tool.messages.install import InstallOptions

ADDRESS = Address("install")


def overrides(value: Any) -> Any:
    return XpkgInstallOverridesField(value, ADDRESS).value


def test_overrides() -> None:
    found = overrides(
        {
            "b": {"revision_history_limit": 0, "skip_dependency_resolution": False},
            "a": {"package_pull_secrets": ["x"], "common_labels": {"c": "d"}},
        }
    )
    assert list(found) == ["a", "b"]
    assert found["a"] == InstallOptions(
        package_pull_secrets=("x",), common_labels=FrozenDict({"c": "d"})
    )
    assert found["b"] == InstallOptions(revision_history_limit=0, skip_dependency_resolution=False)
    # The engine keeps them.
    assert isinstance(hash(found), int)
    assert overrides(None) is None


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "must be a dictionary of dictionaries"),
        ({"a": []}, "must have a dictionary for 'a'"),
        ({"a": {"revision_limit": 1}}, "Did you mean 'revision_history_limit'?"),
        ({"a": {"revision_history_limit": True}}, "must have an integer for"),
        ({"a": {"revision_history_limit": "1"}}, "must have an integer for"),
        ({"a": {"package_pull_secrets": "x"}}, "must have a list of strings for"),
        ({"a": {"common_labels": {"b": 1}}}, "must have a dictionary of strings for"),
        ({"a": {"skip_dependency_resolution": 1}}, "must have a boolean for"),
        ({"a": {"reference": None}}, "must have a string for 'reference' of 'a', got None"),
    ],
)
def test_overrides_that_are_not_of_that_form(value: Any, says: str) -> None:
    with pytest.raises(InvalidFieldException) as raised:
        overrides(value)
    assert str(raised.value).startswith("The 'overrides' field in target install:install ")
    assert says in str(raised.value)


def test_each_option_of_the_tool_can_be_overridden() -> None:
    assert list(OVERRIDE_KEYS) == list(InstallOptions._fields)


def test_the_target_refuses_what_it_knows_to_be_wrong() -> None:
    with pytest.raises(InvalidTargetException, match="mode"):
        XpkgInstallTarget({XpkgInstallModeField.alias: "digest"}, ADDRESS)
    with pytest.raises(InvalidTargetException, match="output_path"):
        XpkgInstallTarget({XpkgInstallOutputPathField.alias: "../a.yaml"}, ADDRESS)
