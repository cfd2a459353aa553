"""A clock that is wrong changes no digest, and keeps nobody from publishing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, result
from xpkg_tool.registry.http.retry import RetryPolicy, parse_date

META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Function
metadata:
  name: function-clock
spec:
  crossplane:
    version: ">=v1.14.0-0"
"""
# This machine's; 1970, and 2106 (past 32 bits): seconds since 1970.
CLOCKS = [None, 1, 2**32 + 1]

# Before anything is imported: all ways by which Python tells the time. (Those who measure time use
# another clock, which has no date and is never wrong.)
_CLOCK = """
import datetime, sys, time
start, wrong = time.time, float(sys.argv.pop(1))
offset = wrong - start()
time.time = lambda: start() + offset
time.time_ns = lambda: int(time.time() * 1_000_000_000)
for name in ("gmtime", "localtime", "ctime"):
    real = getattr(time, name)
    def fake(seconds=None, real=real):
        return real(time.time() if seconds is None else seconds)
    setattr(time, name, fake)
class Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)
datetime.datetime = Wrong
assert 0 <= datetime.datetime.now(datetime.timezone.utc).timestamp() - wrong < 60
assert time.gmtime()[:1] == time.gmtime(wrong)[:1]
"""
_PROGRAM = "import sys; from xpkg_tool.cli.main import main; sys.exit(main())"


def xpkg(pusher: Pusher, clock: int | None, *arguments: str) -> str:
    program = _PROGRAM if clock is None else _CLOCK + _PROGRAM
    seconds = [] if clock is None else [str(clock)]
    done = subprocess.run(
        [sys.executable, "-c", program, *seconds, *arguments],
        env={**pusher.env, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_a_wrong_clock(pusher: Pusher, tmp_path: Path) -> None:
    """Built and published: the same bytes, in the file and in the registry. A Retry-After that is a
    date is a second from now by the registry's clock, not years by ours."""
    sources = tmp_path / "package"
    sources.mkdir()
    (sources / "crossplane.yaml").write_text(META)
    package = tmp_path / "built.xpkg"
    built = []
    for clock in CLOCKS:
        xpkg(pusher, clock, "build", str(sources), "--output", str(package))
        built.append(package.read_bytes())
        os.utime(sources / "crossplane.yaml", (4e9, 4e9))
    assert len(set(built)) == 1
    later = {"Retry-After": "Wed, 01 Jan 2020 00:00:01 GMT"}
    contents = []
    for clock in CLOCKS:
        with running("token") as registry:
            registry.faults.append(Fault("HEAD", "blobs", status=503, headers=later))
            pusher.login(registry.address, USER, PASSWORD)
            output = xpkg(pusher, clock, "push", f"{registry.address}/a/b:v1.0.0", str(package))
            assert output.startswith("pushed: ")
            contents.append((registry.blobs, registry.manifests))
    assert all(content == contents[0] for content in contents)
    everything = b"".join([*contents[0][0].values(), *(raw for _, raw in contents[0][1].values())])
    # The year 1 stands where a format wants a time.
    assert set(re.findall(rb"\d{4}-\d\d-\d\d", everything)) <= {b"0001-01-01"}


@pytest.mark.parametrize(
    ("date", "pause"),
    [
        ("Wed, 01 Jan 1970 00:00:00 GMT", 5.0),
        ("Fri, 31 Dec 2106 00:00:00 GMT", 5.0),
        ("canary", 365 * 86400.0),
    ],
)
def test_the_registry_has_another_clock(pusher: Pusher, date: str, pause: float) -> None:
    """A date is measured from the one that came with it; without one, by this machine's."""
    pusher.policy = RetryPolicy(deadline=1e9)
    with running() as registry:
        registry.date = date
        sent = parse_date(date) or parse_date("Wed, 01 Jan 2020 00:00:00 GMT")
        assert sent is not None
        when = format_datetime(sent + timedelta(seconds=pause), usegmt=True)
        registry.faults.append(Fault("POST", "uploads", status=429, headers={"Retry-After": when}))
        result(pusher, registry)
        assert pusher.slept == [pause]
