"""Headers of tars."""

from __future__ import annotations

import pytest

from xpkg_tool.oci.write import ustar


def test_a_header_refuses_what_ustar_cannot_say() -> None:
    with pytest.raises(ValueError, match="1 to 100 bytes"):
        ustar.header("x" * 101, 0)
    with pytest.raises(ValueError, match="8 GiB"):
        ustar.header("x", 8**11)
