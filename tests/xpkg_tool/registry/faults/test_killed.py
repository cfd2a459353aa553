"""Without mercy: killed at twenty random moments while ten packages are published, one after
another or several at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

from tests.xpkg_tool.archives import make_archive
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.faults.waiting import wait_for
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.oci.read.archive_reader import open_archive

_ONE_BY_ONE = """
import json, sys
from xpkg_tool.registry import connection
from xpkg_tool.publish.push import push
places = json.loads(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
failed = [o for path, name in places for o in push([path], [name]) if isinstance(o, Exception)]
print(*failed, sep="\\n")
sys.exit(bool(failed))
"""


_SEVERAL = """
import json, os, sys
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.plan import Package, plan
from xpkg_tool.publish.publish import Write
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.several import PackageWrites, Watcher, publish_several
from xpkg_tool.registry import connection
places = json.loads(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
packages = [Package.of(path, open_archive(path).digest, [name]) for path, name in places]
registries = Registries(os.environ, connections=1)
writes = []
for package, planned in zip(packages, plan(packages, registries)):
    (reference,) = planned.references
    if reference.action != "up to date":
        write = Write(reference.place, reference.remote)
        writes.append(PackageWrites(package.name, package.name, package.digest, (write,)))
found = publish_several(writes, registries, 3, Watcher())
failed = [o for f in found for o in f.outcomes.values() if isinstance(o, Exception)]
print(*failed, sep="\\n")
sys.exit(bool(failed))
"""


def test_killed_twenty_times_at_random_moments(pusher: Pusher, tmp_path: Path) -> None:
    """While ten packages are published; each time what is tagged is whole, and the last run
    finishes the rest."""
    random = Random(41)
    archives = [make_archive(tmp_path / f"{n}.xpkg", b"both", b"%d" % n) for n in range(10)]
    opened = [open_archive(str(path)) for path in archives]
    with running("token", Fault("", "", nth=0, delay=0.005)) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        places = [(str(a), f"{registry.address}/p/{n}:v1") for n, a in enumerate(archives)]

        def begin(script: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", script, json.dumps(places)],
                env={**pusher.env, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("\n")
            process.stdin.flush()
            return process

        tagged = []
        for number in range(20):
            # How far it comes depends on chance twice: on the moment, and on the machine.
            stop = len(registry.seen) + random.randrange(1, 30)
            with begin((_ONE_BY_ONE, _SEVERAL)[number % 2]) as process:
                wait_for(lambda p=process, n=stop: len(registry.seen) >= n or p.poll() is not None)  # type: ignore[misc]
                process.kill()
            with registry.state_lock:
                whole = [registry.tag(f"p/{n}", "v1") for n in range(10)]
                for n, digest in enumerate(whole):
                    assert digest in (None, opened[n].digest)
                    blobs = opened[n].blobs if digest else ()
                    assert all(registry.has(f"p/{n}", blob.digest) for blob in blobs)
            tagged.append(sum(digest is not None for digest in whole))
        assert tagged == sorted(tagged)
        with begin(_SEVERAL) as process:
            output, _ = process.communicate(timeout=60)
        assert (process.returncode, output.strip()) == (0, "")
        for n, archive in enumerate(opened):
            assert registry.tag(f"p/{n}", "v1") == archive.digest
