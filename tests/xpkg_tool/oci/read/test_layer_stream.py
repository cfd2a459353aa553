"""Decompressing what strangers compressed."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib

import pytest

from tests.xpkg_tool.archives import sha256
from tests.xpkg_tool.images import gz
from xpkg_tool.oci.read.layer_stream import BadStream, LayerStream, TooLarge

TEXT = b"some text, " * 50_000


def stream(content: bytes, limit: int = 1 << 40) -> LayerStream:
    return LayerStream(io.BytesIO(content), limit)


@pytest.mark.parametrize(
    "content",
    [gz(TEXT), TEXT, gz(TEXT[:9]) + gz(b"") + gz(TEXT[9:]), gzip.compress(TEXT, 0)],
    ids=["gzip", "plain", "members", "stored"],
)
@pytest.mark.parametrize("size", [1000, 10_000_000])
def test_digests_of_both_sides(content: bytes, size: int) -> None:
    layer = stream(content)
    assert b"".join(iter(lambda: layer.read(size), b"")) == TEXT
    assert (layer.digest, layer.diff_id) == (sha256(content), sha256(TEXT))
    assert (layer.size, layer.plain_size) == (len(content), len(TEXT))


def test_skipping_counts() -> None:
    layer = stream(gz(TEXT))
    assert layer.skip(len(TEXT) - 5)
    assert layer.read(10) == TEXT[-5:]
    assert layer.diff_id == sha256(TEXT)
    assert not layer.skip(1)


def test_the_limit_is_exact() -> None:
    layer = stream(gz(TEXT), len(TEXT))
    layer.drain()
    with pytest.raises(TooLarge):
        stream(gz(TEXT), len(TEXT) - 1).drain()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gz(TEXT)[:-1], "truncated"),
        (gz(TEXT)[:5], "truncated"),
        (gz(TEXT)[:-8] + bytes(8), "damaged"),
        (gz(TEXT) + b"rubbish", "damaged"),
        (gz(TEXT) + b"\0", "damaged|truncated"),
        (b"\x1f\x8b" + b"rubbish", "damaged"),
        (b"\x28\xb5\x2f\xfd" + b"rubbish", "zstd"),
    ],
)
def test_damage(content: bytes, message: str) -> None:
    layer = stream(content)
    with pytest.raises(BadStream, match=message):
        layer.drain()
    layer.drain_stored()
    assert (layer.digest, layer.size) == (sha256(content), len(content))


def test_a_bomb_takes_no_memory() -> None:
    """256 MiB of zeros in 256 KiB, stopped where the limit is."""
    deflate = zlib.compressobj(9, wbits=31)
    bomb = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(256)) + deflate.flush()
    assert len(bomb) < 1 << 19
    layer = stream(bomb, 50 << 20)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        layer.drain()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20
    assert layer.plain_size <= (50 << 20) + (1 << 16)


def test_members_without_an_end() -> None:
    with pytest.raises(BadStream, match="more than 262,144 gzip members"):
        stream(gz(b"") * 262_145).drain()
