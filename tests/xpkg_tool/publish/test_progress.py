"""How far sending is, as a person at a terminal sees it."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import make_archive
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.progress import SILENT, TerminalLine, progress_on
from xpkg_tool.publish.push import PushResult, push
from xpkg_tool.registry.http.retry import RetryPolicy

ERASE = "\r\x1b[K"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lines(stream: io.StringIO) -> list[str]:
    """What was shown, one line after another; the last is what stays."""
    return stream.getvalue().split(ERASE)[1:]


def test_a_line_is_written_anew_and_erased_at_the_end() -> None:
    stream, clock = io.StringIO(), Clock()
    line = TerminalLine(stream, clock=clock, columns=lambda: 80)
    transfer = line.begin("r/a:v1", 2_000_000)
    transfer.at("one", 500)
    clock.now = 0.2
    transfer.at("one", 600_000)
    clock.now = 0.25
    transfer.at("two", 7)
    clock.now = 0.4
    # It is sent again, from its beginning.
    transfer.at("one", 10)
    transfer.end()
    assert lines(stream) == [
        "Sending r/a:v1: 0 of 2,000,000 bytes",
        "Sending r/a:v1: 600,000 of 2,000,000 bytes",
        "Sending r/a:v1: 17 of 2,000,000 bytes",
        "",
    ]


def test_several_packages_share_the_line() -> None:
    stream, clock = io.StringIO(), Clock()
    line = TerminalLine(stream, clock=clock, columns=lambda: 80)
    first, second = line.begin("r/a:v1", 100), line.begin("r/b:v1", 50)
    clock.now = 1.0
    second.at("one", 50)
    first.end()
    second.end()
    assert lines(stream) == [
        "Sending r/a:v1: 0 of 100 bytes",
        "Sending 2 packages: 0 of 150 bytes",
        "Sending 2 packages: 50 of 150 bytes",
        "Sending r/b:v1: 50 of 50 bytes",
        "",
    ]


def test_a_line_is_never_longer_than_the_terminal() -> None:
    stream = io.StringIO()
    TerminalLine(stream, columns=lambda: 20).begin("r/a\x1b[2J:v1", 1)
    (shown,) = lines(stream)
    assert shown == "Sending r/a\\x1b[2J:"
    assert len(shown) == 19


def test_a_terminal_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(5, "Input/output error")

    archive = make_archive(tmp_path / "a", b"one")
    with running() as registry:
        (outcome,) = push(
            str(archive), [f"{registry.address}/a:v1"], progress=TerminalLine(Gone()), env={}
        )
    assert isinstance(outcome, PushResult)


def test_who_does_not_watch_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert progress_on(io.StringIO()) is SILENT
    owner, terminal = pty.openpty()
    with open(owner, "rb"), open(terminal, "w") as stream:
        assert isinstance(progress_on(stream), TerminalLine)
        monkeypatch.setenv("TERM", "dumb")
        assert progress_on(stream) is SILENT


def test_all_bytes_are_told_whatever_happens_to_them(pusher: Pusher, tmp_path: Path) -> None:
    """Sent, sent again, mounted or there already: at the end it is all of them."""
    archive = make_archive(tmp_path / "a", b"1" * 300_000, b"two")
    size = sum(blob.size for blob in open_archive(str(archive)).blobs)
    clock = Clock()

    def shown(*references: str) -> list[str]:
        stream = io.StringIO()

        def now() -> float:
            clock.now += 1
            return clock.now

        outcomes = push(
            str(archive),
            references,
            env=pusher.env,
            connect=pusher.connect,
            connections=1,
            progress=TerminalLine(stream, clock=now, columns=lambda: 200),
        )
        assert all(isinstance(outcome, PushResult) for outcome in outcomes)
        return lines(stream)

    pusher.policy = RetryPolicy(attempts=2)
    with running("", Fault("PUT", "uploads", reset_after=100_000)) as registry:
        base = registry.address
        found = shown(f"{base}/a:v1", f"{base}/b:v1")
        whole = [f"Sending {base}/{name}:v1: {size:,} of {size:,} bytes" for name in "ab"]
        assert found[-1] == "" and all(line in found for line in whole)
        assert found[found.index("") - 1] == whole[0] and found[-2] == whole[1]
        assert shown(f"{base}/a:v1") == []


def test_xpkg_push_at_a_terminal(tmp_path: Path, pusher: Pusher) -> None:
    """The result is the only thing that stays; without a terminal there is nothing else."""
    archive = make_archive(tmp_path / "a", b"1" * 3_000_000)
    size = sum(blob.size for blob in open_archive(str(archive)).blobs)
    script = "import sys; from xpkg_tool.cli.main import main; sys.exit(main())"
    with running() as registry:
        for number, at_terminal in enumerate((True, False)):
            reference = f"{registry.address}/{number}:v1.0.0"
            owner, terminal = pty.openpty()
            done = subprocess.Popen(
                [sys.executable, "-c", script, "push", reference, str(archive)],
                env={**pusher.env, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"},
                stdout=subprocess.PIPE,
                stderr=terminal if at_terminal else subprocess.PIPE,
                text=True,
            )
            os.close(terminal)
            seen = _all(owner)
            output, errors = done.communicate()
            assert done.returncode == 0
            assert output.startswith(f"pushed: {reference} ")
            if at_terminal:
                assert seen.startswith(f"{ERASE}Sending {reference}: 0 of {size:,} bytes")
                assert seen.endswith(ERASE)
            else:
                assert (seen, errors) == ("", "")


def _all(terminal: int) -> str:
    """What is written to a terminal until nobody has it open."""
    pieces: list[bytes] = []
    with open(terminal, "rb", buffering=0) as stream:
        while True:
            try:
                piece = stream.read(65536)
            # Linux says it so that the other end is closed.
            except OSError:
                piece = b""
            if not piece:
                return b"".join(pieces).decode()
            pieces.append(piece)
