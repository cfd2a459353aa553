"""Two processes publish different packages under one tag at the same time.

A registry cannot put a tag only where nobody else did, so that not all of this can be prevented.
What can be is held here, and what cannot is shown to be no more than docs/publishing.md says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import make_archive
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, Fault, running
from tests.xpkg_tool.registry.faults.waiting import wait_for
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.oci.read.archive_reader import open_archive

TAG = "manifests/v1$"
PATIENCE = 60.0


class Both:
    """Where both processes wait for each other: a barrier, each time they meet there."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2, timeout=PATIENCE)

    def __call__(self) -> None:
        self._barrier.wait()


def start(pusher: Pusher, registry: FakeRegistry, archive: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "xpkg_tool.cli"),
            *("push", f"{registry.address}/a/b:v1", str(archive)),
        ],
        env={**pusher.env, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(processes: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """The exit code and all that each one said; none is left running."""
    try:
        said = [process.communicate(timeout=PATIENCE) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [(p.returncode, out + err) for p, (out, err) in zip(processes, said)]


def requests_for_the_tag(registry: FakeRegistry) -> list[str]:
    return [seen.method for seen in registry.seen if seen.path.endswith("/manifests/v1")]


@pytest.fixture
def archives(tmp_path: Path) -> list[Path]:
    return [make_archive(tmp_path / f"{n}.xpkg", b"both", b"only %d" % n) for n in range(2)]


def test_a_release_that_both_found_free_is_moved_by_neither(
    pusher: Pusher, archives: list[Path]
) -> None:
    """Both look it up before either writes; one is slow. It looks again, and stops."""
    looked_up, first_is_through = Both(), threading.Event()
    faults = (
        *(Fault("HEAD", TAG, nth=n, meanwhile=looked_up) for n in (1, 2)),
        Fault("PUT", "manifests/sha256:", nth=2, meanwhile=lambda: first_is_through.wait(PATIENCE)),
    )
    with running("", *faults) as registry:
        processes = [start(pusher, registry, archive) for archive in archives]
        wait_for(lambda: any(process.poll() is not None for process in processes))
        tag = registry.tag("a/b", "v1")
        first_is_through.set()
        results = ended(processes)
        assert sorted(code for code, _ in results) == [0, 2]
        (refusal,) = [text for code, text in results if code]
        assert "changed after it was looked up" in refusal
        for archive in archives:
            assert open_archive(str(archive)).digest in refusal
        assert registry.tag("a/b", "v1") == tag
        assert requests_for_the_tag(registry).count("PUT") == 1


def test_two_that_put_at_once_are_found_out_afterwards(
    pusher: Pusher, archives: list[Path]
) -> None:
    """Both find it free just before they put it, and both have put it before either reads again:
    the one that was overwritten says so."""
    met = Both()
    faults = (Fault("GET", TAG, nth=0, meanwhile=met), Fault("PUT", TAG, nth=0, meanwhile=met))
    with running("", *faults) as registry:
        results = ended([start(pusher, registry, archive) for archive in archives])
        assert sorted(code for code, _ in results) == [0, 2]
        (overwritten,) = [text for code, text in results if code]
        assert "THE TAG IS NOT WHAT WAS PUBLISHED" in overwritten
        (winner,) = [n for n, (code, _) in enumerate(results) if not code]
        assert registry.tag("a/b", "v1") == open_archive(str(archives[winner])).digest


def test_what_nobody_can_find_out(pusher: Pusher, archives: list[Path]) -> None:
    """One finds the tag free and puts it so late that the other has put it and read it again in
    between: the limit that docs/publishing.md names. Nobody who reads it later can see that."""
    met, first_has_read = Both(), threading.Event()
    faults = (
        Fault("GET", TAG, nth=0, meanwhile=met),
        # Looked up by both; then the first one's reading.
        Fault("HEAD", TAG, nth=3, meanwhile=first_has_read.set),
        Fault("PUT", TAG, nth=2, arrived=lambda: first_has_read.wait(PATIENCE)),
    )
    with running("", *faults) as registry:
        results = ended([start(pusher, registry, archive) for archive in archives])
        assert [code for code, _ in results] == [0, 0]
        # The second PUT waits for the first one's reading, or comes after it by itself.
        assert sorted(requests_for_the_tag(registry)[-4:-1]) == ["HEAD", "PUT", "PUT"]
        assert requests_for_the_tag(registry)[-1] == "HEAD"


@pytest.mark.parametrize("round_", range(3))
def test_at_least_one_says_so_wherever_the_history_shows_it(
    pusher: Pusher, archives: list[Path], round_: int
) -> None:
    """Both begin together, then nobody holds them. Both may say `pushed` only where the first put
    and its reading lie between the other's look and its put."""
    history: list[str] = []
    lock = threading.Lock()

    def note(what: str) -> None:
        with lock:
            history.append(what)

    faults = (
        *(Fault("HEAD", TAG, nth=n, meanwhile=met) for met in [Both()] for n in (1, 2)),
        Fault("GET", TAG, nth=0, after=lambda r: note(f"look {r.tag('a/b', 'v1')}")),
        Fault("HEAD", TAG, nth=0, after=lambda r: note(f"read {r.tag('a/b', 'v1')}")),
        Fault("PUT", TAG, nth=0, after=lambda r: note(f"put {r.tag('a/b', 'v1')}")),
    )
    with running("", *faults) as registry:
        results = ended([start(pusher, registry, archive) for archive in archives])
    puts = [n for n, what in enumerate(history) if what.startswith("put")]
    digest = history[puts[0]].partition(" ")[2]
    between = history[puts[0] + 1 : puts[1]] if len(puts) > 1 else []
    unseen = between == [f"read {digest}"]
    assert sum(code == 0 for code, _ in results) == (2 if unseen else 1), history
    if len(puts) == 1:
        assert registry.tag("a/b", "v1") == digest
