"""What a BUILD file may not say, with the name of the target that says it."""

from __future__ import annotations

from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.engine.target import Field, InvalidFieldException

from xpkg.target_types import XpkgExamplesField, XpkgOutputPathField, XpkgSourcesField

_ADDRESS = Address("packages/a", target_name="b")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (XpkgOutputPathField, "../a.xpkg"),
        (XpkgOutputPathField, "out/../../a.xpkg"),
        (XpkgOutputPathField, "/a.xpkg"),
        (XpkgOutputPathField, "out/"),
        (XpkgExamplesField, ["*.yaml", "../b/*.yaml"]),
        (XpkgExamplesField, ["!/b/*.yaml"]),
        (XpkgSourcesField, ["/b/*.yaml"]),
        (XpkgSourcesField, ["../b/*.yaml"]),
    ],
)
def test_a_path_that_leaves_its_folder_is_refused(field: type[Field], value: Any) -> None:
    with pytest.raises(InvalidFieldException) as refused:
        field(value, _ADDRESS)
    assert f"The '{field.alias}' field in target packages/a:b must" in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (XpkgOutputPathField, "out/{friendly_id}.xpkg"),
        (XpkgOutputPathField, "./a..b.xpkg"),
        (XpkgExamplesField, ("**/*.yaml", "!a..b/*.yaml")),
        (XpkgSourcesField, ("./*.yaml", "!**/.*/**")),
    ],
)
def test_a_path_below_its_folder_is_taken(field: type[Field], value: Any) -> None:
    assert field(value, _ADDRESS).value == value
