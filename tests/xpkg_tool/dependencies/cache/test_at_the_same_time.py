"""Twenty processes that fetch the same packages at once, some of them killed at random moments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

from tests.xpkg_tool.dependencies.fetch.packages import image, put
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.faults.waiting import wait_for
from xpkg_tool.dependencies.cache.entry import read_entry
from xpkg_tool.dependencies.cache.file_cache import FileCache

PROCESSES, PACKAGES, KILLED = 20, 50, 8

# Fetches all packages, in an order of its own, and says which it has.
_FETCH = """
import json, random, sys
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.fetch.backend import ImageBackend
from xpkg_tool.dependencies.fetch.registry import RegistryFetcher
from xpkg_tool.publish.registries import Registries
import xpkg_tool.registry.connection
folder, number, wanted = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
# As two CI jobs that share a machine have it: not all of them want the same thing first.
random.Random(number).shuffle(wanted)
print("ready", flush=True)
sys.stdin.readline()
backend = ImageBackend(FileCache(folder), RegistryFetcher(Registries({}, reading=True)))
packages = backend.fetch_all(wanted, 4)
print(json.dumps(sorted([p.digest, p.stream.decode()] for p in packages)))
"""


def test_twenty_processes_and_eight_of_them_killed(tmp_path: Path) -> None:
    """Each that lives has every package, and asked for each blob once at most. No entry is damaged,
    and nothing else is left."""
    random = Random(19)
    folder = tmp_path / "cache"
    folder.mkdir()
    with running("", Fault("", "", nth=0, delay=0.002)) as registry:
        images = [image(f"package-{number:02}") for number in range(PACKAGES)]
        # A repository for each process, so that the registry knows who asks.
        for number in range(PROCESSES):
            for one in images:
                put(registry, one, f"process-{number}/p")
        processes = []
        for number in range(PROCESSES):
            source = f"{registry.address}/process-{number}/p"
            wanted = json.dumps([[source, one.digest] for one in images])
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-c", _FETCH, str(folder), str(number), wanted],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        victims = random.sample(range(PROCESSES), KILLED)
        for victim in victims:
            stop = len(registry.seen) + random.randrange(1, 60)
            done = processes[victim]
            wait_for(lambda n=stop, p=done: len(registry.seen) >= n or p.poll() is not None)  # type: ignore[misc]
            done.kill()
        outputs = [process.communicate(timeout=120)[0] for process in processes]

        everything = sorted(
            [one.digest, f"---\n{_meta(number)}---\n"] for number, one in enumerate(images)
        )
        asked = Counter(seen.path for seen in registry.seen if "/blobs/" in seen.path)
        living = [number for number in range(PROCESSES) if number not in victims]
        for number in living:
            assert processes[number].returncode == 0
            assert json.loads(outputs[number]) == everything
        assert max(asked.values()) == 1
        assert any(processes[victim].returncode < 0 for victim in victims)

    kept = FileCache(str(folder))
    entries = kept.entries()
    assert sorted(entry.digest for entry in entries) == [digest for digest, _ in everything]
    for entry in entries:
        path = folder / f"{entry.digest.replace(':', '-')}.tar"
        assert read_entry(str(path), "a.io/b", entry.digest).digest == entry.digest
    # What a killed process was writing goes with the next write; there are no locks.
    others = [path.name for path in folder.iterdir() if path.suffix != ".tar"]
    assert all(name.startswith(".xpkg-") for name in others)
    kept.keep_only({entry.digest for entry in entries})
    assert len(list(folder.iterdir())) == PACKAGES


def _meta(number: int) -> str:
    return (
        "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata:\n"
        f"  name: package-{number:02}\n"
    )
