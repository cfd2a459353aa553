"""What a run did, in numbers."""

from __future__ import annotations

from xpkg.statistics import Statistics, count_bytes
from xpkg_tool.messages.build import Counts
from xpkg_tool.messages.codec import encode


def test_what_processes_printed_is_summed_up() -> None:
    printed = [encode(Counts(10, 4)), encode(Counts(5)), b"", b"a line", b'{"parsed": "x"}', b"[]"]
    assert count_bytes(printed) == Counts(15, 4)


def test_the_line() -> None:
    assert str(Statistics(ran=1, local=2_000, remote=0, parsed=1, packed=1_234)) == (
        "Crossplane packages: 1 process of the tool ran, 2,000 served from the local cache, "
        "0 from the remote cache; 1 byte parsed, 1234 bytes packed."
    )
