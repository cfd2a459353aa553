"""What a lock calls a package of the repository."""

from __future__ import annotations

import pytest
from pants.engine.addresses import Address

from xpkg.dependencies.resolves import name_in_lock


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (Address("packages/x"), "//packages/x"),
        (Address("packages/x", target_name="x"), "//packages/x"),
        (Address("packages/x", target_name="y"), "//packages/x:y"),
        (Address("", target_name="x"), "//:x"),
        (Address("x", parameters={"resolve": "a"}), "//x@resolve=a"),
    ],
)
def test_the_name_in_a_lock(address: Address, name: str) -> None:
    assert name_in_lock(address) == name
