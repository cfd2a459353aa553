"""The files of Crossplane's own cache."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.xpkg_tool.archives import VECTORS
from xpkg_tool.dependencies.cache.crossplane import file_content, file_name

KNOWN = [json.loads(line) for line in (VECTORS / "cache-files.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known["source"])
def test_names(known: dict[str, str]) -> None:
    assert file_name(known["source"], known["digest"]) == known["file"]


@pytest.mark.parametrize("stream", [b"", b"---\n", b"a: b\n" * 100_000])
def test_the_content_is_package_yaml(stream: bytes) -> None:
    content = file_content(stream)
    assert gzip.decompress(content) == stream
    assert file_content(stream) == content
    # Neither a time nor a name.
    assert content[:10] == bytes.fromhex("1f8b08000000000000ff")
