"""Machines share what they built, by a remote cache: a real one, BuildGrid."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Iterator

import pytest

from tests.integration.build_grid import BuildGrid
from tests.integration.repository import CRD, Repository, Run, write_provider

INSTALLING = "Installing the tool for Crossplane packages"
# Pants starts these while it still asks the cache, and stops them when the cache has them.
OF_PANTS = {INSTALLING, "Assembling the tool for Crossplane packages"}

_CONFIGURATION = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: configuration
"""


def write_packages(repository: Repository) -> None:
    write_provider(repository, "packages/provider-a", "provider-a")
    write_provider(repository, "packages/provider-b", "provider-b")
    repository.write("packages/configuration/crossplane.yaml", _CONFIGURATION)
    repository.write("packages/configuration/examples/e.yaml", "apiVersion: v1\nkind: Secret\n")
    repository.write("packages/configuration/BUILD", "xpkg_package()\n")
    # One that is read in pieces.
    write_provider(repository, "packages/large", "provider-large")
    for number in range(4):
        crd = CRD.format(kind=f"Kind{number}", plural=f"kinds{number}")
        repository.write(f"packages/large/crds/{number}.yaml", crd + "# Comment.\n" * 200_000)


@pytest.fixture
def clones(tmp_path: Path) -> Iterator[tuple[Repository, Repository]]:
    """Two clones, the second as another person has it on another machine."""
    one = Repository.create(tmp_path / "one")
    two = Repository.create(tmp_path / "elsewhere" / "deeper down" / "two")
    for repository in (one, two):
        write_packages(repository)
    home = tmp_path / "home"
    home.mkdir()
    two.env.update(
        # Where the launcher keeps Pants itself, which need not be installed twice for this.
        XDG_CACHE_HOME=os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
        HOME=str(home),
        PATH="/usr/bin:/bin",
        LANG="de_DE.UTF-8",
        LC_ALL="tr_TR.UTF-8",
        TZ="Asia/Tokyo",
        USER="somebody",
        PYTHONHASHSEED="7",
    )
    yield one, two
    for repository in (one, two):
        repository.close()


def pants(repository: Repository, cache: BuildGrid, *args: str) -> tuple[Run, set[str]]:
    """Runs Pants with an empty store of its own. Also what processes it started on this machine.

    Each has a sandbox, of which Pants tells when it is to keep them.
    """
    local = repository.root / f".local-{len([*repository.root.glob('.local-*')])}"
    (local / "sandboxes").mkdir(parents=True)
    run = repository.pants(
        "--no-pantsd",
        "--remote-cache-read",
        "--remote-cache-write",
        f"--remote-store-address=grpc://{cache.address}",
        # By itself Pants waits 1.5 s for an answer about one result, and runs the process where it
        # takes longer, as it may with a server in Python on a busy machine.
        "--remote-cache-rpc-timeout-millis=30000",
        # Pants may still send results when it is done, and waits 3 seconds for that by itself.
        "--session-end-tasks-timeout=60",
        f"--local-store-dir={local / 'store'}",
        f"--local-execution-root-dir={local / 'sandboxes'}",
        "--keep-sandboxes=always",
        "--stats-log",
        "--xpkg-stats",
        *args,
    )
    kept = r"Preserving local process execution dir .*/pants-sandbox-\w+ for (.*)"
    return run, set(re.findall(kept, run.output))


def digests(repository: Repository) -> dict[str, str]:
    """The digests of the packages' images and of all files in dist/."""
    dist = repository.root / "dist"
    found = {
        str(path.relative_to(dist)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in dist.rglob("*")
        if path.is_file()
    }
    images = {
        f"image {path.name}": json.loads(path.read_bytes())["digest"]
        for path in dist.rglob("*.xpkg.json")
    }
    return {**found, **images}


def _not_cached(run: Run) -> int:
    """How many processes were not taken from the cache: it has none of them, or had not answered
    when one of Pants' own was done."""
    return run.counter("remote_cache_requests") - run.counter("remote_cache_requests_cached")


def test_the_second_machine_builds_nothing(
    clones: tuple[Repository, Repository], remote_cache: BuildGrid
) -> None:
    one, two = clones
    _, processes = pants(one, remote_cache, "lint", "package", "::")
    of_the_tool = processes - OF_PANTS
    kinds = {name.split()[0] for name in of_the_tool}
    assert kinds == {"Asking", "Building", "Reading"}
    assert len(digests(one)) == 12

    # A machine with fewer cores.
    cores = "--process-execution-local-parallelism=1"
    served, processes = pants(two, remote_cache, cores, "lint", "package", "::")
    assert processes <= OF_PANTS, served.output
    assert "Crossplane packages: 0 processes of the tool ran" in served.output
    assert _not_cached(served) <= len(processes)
    assert served.counter("remote_cache_write_attempts") <= _not_cached(served)
    assert "xpkg succeeded" in served.output
    assert digests(two) == digests(one)

    # Without the settings that keep the environment out of Pants' own processes, it installs by
    # itself, and comes to the same tool: again nothing is built.
    settings = two.root / "pants.toml"
    text, removed = re.subn(
        r"(?m)^(executable_search_paths|env_vars) = .*\n", "", settings.read_text()
    )
    assert removed == 2
    settings.write_text(text)
    shutil.rmtree(two.root / "dist")
    served, processes = pants(two, remote_cache, "package", "::")
    assert INSTALLING in processes and processes <= OF_PANTS
    assert served.counter("remote_cache_requests_uncached") == len({INSTALLING})
    # `package` looks at no dependencies.
    needed = [name for name in of_the_tool if "meta objects" not in name]
    assert served.counter("remote_cache_requests") == len(needed) + len(OF_PANTS)
    assert _not_cached(served) <= len(processes)
    assert digests(two) == digests(one)
