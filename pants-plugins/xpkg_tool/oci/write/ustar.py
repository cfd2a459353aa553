"""Writes USTAR headers by hand, as Go's archive/tar writes them.

Python's tarfile leaves devmajor and devminor empty and pads to 10,240 bytes, so its bytes (and with
them every diff ID) differ from those of the reference implementation. The tests compare this module
with tests/vectors/base.layer.tar and tests/vectors/hybrid.xpkg.
"""

from __future__ import annotations

BLOCK = 512
END = bytes(2 * BLOCK)  # Exactly two zero blocks end an archive.

# USTAR has eleven octal digits for a size.
_LARGEST_SIZE = 8**11 - 1


def header(name: str, size: int) -> bytes:
    """The header (512 bytes) of a regular file of `size` bytes: mode 0644, owner 0, mtime 0.

    Raises ValueError for a name over 100 bytes or a size over 8 GiB, which would need extensions.
    """
    encoded = name.encode("utf-8")
    if not 0 < len(encoded) <= 100:
        raise ValueError(f"A tar member's name must have 1 to 100 bytes: {name!r}.")
    if not 0 <= size <= _LARGEST_SIZE:
        raise ValueError(f"A tar member must be smaller than 8 GiB: {name!r} has {size} bytes.")
    before = encoded.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2
    before += b"%011o\0" % size + b"%011o\0" % 0
    after = b"0".ljust(101, b"\0") + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(167)
    # The checksum counts its own field as eight spaces.
    checksum = sum(before) + sum(after) + 8 * ord(" ")
    return before + b"%06o\0 " % checksum + after


def padding(size: int) -> bytes:
    """The zeros that fill the last block of a file of `size` bytes."""
    return bytes(-size % BLOCK)
