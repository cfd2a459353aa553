"""Two publish the same thing at the same time; Ctrl-C and kill in the middle of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, Fault, running
from tests.xpkg_tool.registry.faults.waiting import wait_for
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.push import Outcome, PushResult

BLOBS = open_archive(str(HYBRID)).blobs


def at_once(*actions: Callable[[], Outcome]) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    barrier = threading.Barrier(len(actions))

    def act(number: int, action: Callable[[], Outcome]) -> None:
        barrier.wait()
        outcomes[number] = action()

    threads = [threading.Thread(target=act, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(actions))]


def users(folder: Path, count: int) -> list[Pusher]:
    pushers = []
    for number in range(count):
        (folder / str(number)).mkdir()
        pushers.append(Pusher(folder / str(number)))
    return pushers


@pytest.mark.parametrize("round_", range(4))
def test_the_same_package_twice(pusher: Pusher, tmp_path: Path, round_: int) -> None:
    """Both are right, whoever was first."""
    pushers = [pusher, *users(tmp_path, 2)]
    with running() as registry:
        name = f"{registry.address}/a/b:v1"
        outcomes = at_once(*(lambda p=p: p.push(name)[0] for p in pushers))
        assert all(isinstance(o, PushResult) for o in outcomes), list(map(str, outcomes))
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
        assert all(registry.has("a/b", blob.digest) for blob in BLOBS)


@pytest.mark.parametrize("mutable", [False, True])
def test_two_packages_under_one_tag(pusher: Pusher, tmp_path: Path, mutable: bool) -> None:
    """The tag is one of them, complete. Who is told of success and has not got it was overtaken
    after the tag was read again; who is told of a failure knows both digests."""
    archives = [make_archive(tmp_path / str(n), b"both", b"only" * n) for n in (11, 12, 13)]
    digests = [open_archive(str(path)).digest for path in archives]
    (tmp_path / "users").mkdir()
    pushers = users(tmp_path / "users", 3)
    for one in pushers:
        one.mutable_tags = ("v1",) if mutable else ()
    with running() as registry:
        name = f"{registry.address}/a/b:v1"
        outcomes = at_once(
            *(lambda p=p, a=a: p.push(name, archive=a)[0] for p, a in zip(pushers, archives))
        )
        tag = registry.tag("a/b", "v1")
        assert tag in digests
        winner = outcomes[digests.index(tag)]
        assert isinstance(winner, PushResult), str(winner)
        for digest, outcome in zip(digests, outcomes):
            if isinstance(outcome, PublishError):
                assert digest in str(outcome)
        for blob in open_archive(str(archives[digests.index(tag)])).blobs:
            assert registry.has("a/b", blob.digest)


@contextmanager
def start(registry: FakeRegistry, pusher: Pusher) -> Iterator[subprocess.Popen[str]]:
    """`xpkg push` as a process, which ends with the context at the latest."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "xpkg_tool.cli"),
            *("push", f"{registry.address}/a/b:v1.0.0", str(HYBRID)),
        ],
        env={**pusher.env, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


# Of each kind of request one that the registry does not answer for a while.
STEPS = [
    ("HEAD", "manifests/v1"),
    ("POST", "uploads"),
    ("PUT", "uploads"),
    ("PUT", "manifests/sha256:"),
    ("PUT", "manifests/v1"),
]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_broken_off_in_the_middle(
    pusher: Pusher, step: tuple[str, str], sent: signal.Signals
) -> None:
    """It ends at once, without a traceback; what there is is whole, and running again finishes."""
    with running("", Fault(*step, delay=1.0)) as registry:
        with start(registry, pusher) as process:
            wait_for(lambda: any(registry.counts.values()))
            process.send_signal(sent)
            begin = time.monotonic()
            output, errors = process.communicate(timeout=10)
            assert time.monotonic() - begin < 0.9
        assert process.returncode == (130 if sent == signal.SIGINT else -signal.SIGKILL)
        assert output + errors == ""
        with registry.state_lock:
            if registry.tag("a/b", "v1.0.0"):
                assert all(registry.has("a/b", blob.digest) for blob in BLOBS)
        with start(registry, pusher) as again:
            output, errors = again.communicate(timeout=30)
        assert (again.returncode, errors) == (0, "")
        assert HYBRID_DIGEST in output
        assert registry.tag("a/b", "v1.0.0") == HYBRID_DIGEST
        assert all(registry.has("a/b", blob.digest) for blob in BLOBS)


def test_broken_off_between_two_attempts(pusher: Pusher) -> None:
    """While it waits to try again."""
    headers = {"Retry-After": "60"}
    with running("", Fault("HEAD", "blobs", nth=0, status=503, headers=headers)) as registry:
        with start(registry, pusher) as process:
            wait_for(lambda: any(registry.counts.values()))
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=10)
        assert process.returncode == 130
        assert errors == ""
