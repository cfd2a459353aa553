"""The cache of fetched packages, and what can be wrong with its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.xpkg_tool.dependencies.fetch.packages import fetched
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage

ONE, TWO, THREE = map(fetched, ("one", "two", "six"))


class Clock:
    """Tells the times that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


def cache(folder: Path, max_bytes: int = 1_000_000, **options: object) -> FileCache:
    return FileCache(str(folder), max_bytes, **options)  # type: ignore[arg-type]


def path(folder: Path, package: FetchedPackage) -> Path:
    return folder / f"{package.digest.replace(':', '-')}.tar"


def get(cache: FileCache, package: FetchedPackage) -> FetchedPackage | None:
    return cache.get(package.source, package.digest)


SIZE = 0


@pytest.fixture(autouse=True)
def _size(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All entries have the same size."""
    global SIZE
    folder = tmp_path_factory.mktemp("size")
    for package in (ONE, TWO, THREE):
        cache(folder).store(package)
    (SIZE,) = {entry.size for entry in cache(folder).entries()}


def test_what_was_stored_is_there(tmp_path: Path) -> None:
    cache(tmp_path).store(ONE)
    assert [entry.name for entry in tmp_path.iterdir()] == [path(tmp_path, ONE).name]
    found = get(cache(tmp_path), ONE)
    assert found == ONE
    assert found.proof == ONE.proof
    assert get(cache(tmp_path), TWO) is None
    cache(tmp_path).delete(ONE.digest)
    assert get(cache(tmp_path), ONE) is None


def test_storing_again_changes_nothing(tmp_path: Path) -> None:
    cache(tmp_path).store(ONE)
    before = path(tmp_path, ONE).read_bytes()
    cache(tmp_path).store(ONE)
    assert path(tmp_path, ONE).read_bytes() == before
    assert len(cache(tmp_path).entries()) == 1


@pytest.mark.parametrize("digest", ["", "../x", "sha256:0", "sha512:" + "0" * 128, "x" * 71])
def test_what_is_no_digest_is_a_miss(digest: str, tmp_path: Path) -> None:
    assert cache(tmp_path).get("a.io/b", digest) is None
    cache(tmp_path).delete(digest)
    cache(tmp_path).store(FetchedPackage("a.io/b", digest, b"", {}, ONE.proof))
    assert list(tmp_path.iterdir()) == []


def test_a_package_without_a_proof_is_not_kept(tmp_path: Path) -> None:
    cache(tmp_path).store(FetchedPackage("a.io/b", ONE.digest, ONE.stream))
    assert list(tmp_path.iterdir()) == []


def _without(path: Path) -> Path:
    path.unlink()
    return path


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda p: p.write_bytes(b""),
    "truncated": lambda p: p.write_bytes(p.read_bytes()[:1000]),
    "rubbish": lambda p: p.write_bytes(os.urandom(4000)),
    "zeros": lambda p: p.write_bytes(bytes(p.stat().st_size)),
    "a layer": lambda p: p.write_bytes(p.read_bytes().replace(b"\x1f\x8b", b"\x1f\x8c")),
    "a manifest": lambda p: p.write_bytes(p.read_bytes().replace(b'"layers"', b'"lavers"')),
    "another entry": lambda p: shutil.copy(path(p.parent, TWO), p),
    "FIFO": lambda p: os.mkfifo(_without(p)),
    "dangling link": lambda p: os.symlink("nowhere", _without(p)),
    "link to itself": lambda p: os.symlink(p.name, _without(p)),
}


# They lead nowhere now, which may be different tomorrow.
STAYING = {"dangling link", "link to itself"}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_a_miss_and_removed(damage: str, tmp_path: Path) -> None:
    for package in (ONE, TWO):
        cache(tmp_path).store(package)
    DAMAGE[damage](path(tmp_path, ONE))
    assert get(cache(tmp_path), ONE) is None
    assert os.path.lexists(path(tmp_path, ONE)) == (damage in STAYING)
    cache(tmp_path).store(ONE)
    assert get(cache(tmp_path), ONE) == ONE
    assert get(cache(tmp_path), TWO) == TWO


def test_a_folder_in_the_place_of_an_entry(tmp_path: Path) -> None:
    said: list[str] = []
    path(tmp_path, ONE).mkdir()
    assert get(cache(tmp_path), ONE) is None
    cache(tmp_path, warn=said.append).store(ONE)
    assert said == [f"Fetched packages cannot be kept in {tmp_path}: it is a folder."]
    assert cache(tmp_path).entries() == []


def test_a_linked_entry_is_read_and_its_target_is_left_alone(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "cache", tmp_path / "elsewhere"
    for made in (folder, elsewhere):
        made.mkdir()
    cache(elsewhere).store(ONE)
    target = path(elsewhere, ONE)
    os.utime(target, ns=(5, 5))
    path(folder, ONE).symlink_to(target)
    assert get(cache(folder), ONE) == ONE
    assert target.stat().st_mtime_ns == 5
    cache(folder).delete(ONE.digest)
    assert target.exists()


def test_the_folder_is_gone(tmp_path: Path) -> None:
    said: list[str] = []
    missing = cache(tmp_path / "missing", warn=said.append)
    assert get(missing, ONE) is None
    missing.store(ONE)
    missing.store(TWO)
    missing.delete(ONE.digest)
    assert said == [
        f"Fetched packages cannot be kept in {tmp_path / 'missing'}: No such file or directory."
    ]
    assert not (tmp_path / "missing").exists()


_AS_NOBODY = """
import os
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user reaches."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def _printed(script: str, folder: Path) -> str:
    """What a program prints."""
    before = "import sys\nfrom tests.xpkg_tool.dependencies.cache.test_file_cache import *\n"
    done = subprocess.run(
        [sys.executable, "-c", before + script, str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def test_a_folder_that_may_only_be_read(shared: Path) -> None:
    """What is in it is used; nothing is stored, and a person hears why, once."""
    cache(shared).store(ONE)
    damaged = path(shared, TWO)
    damaged.write_bytes(b"")
    shared.chmod(0o555)
    script = (
        _AS_NOBODY + "folder = Path(sys.argv[1])\n"
        "kept = cache(folder, warn=print)\n"
        "print(get(kept, ONE) == ONE, get(kept, TWO))\n"
        "kept.store(TWO); kept.store(THREE)\n"
    )
    said = f"Fetched packages cannot be kept in {shared}: Permission denied."
    assert _printed(script, shared).splitlines() == ["True None", said]
    assert damaged.exists()


def test_an_entry_that_may_not_be_read_is_a_miss_and_stays(shared: Path) -> None:
    cache(shared).store(ONE)
    path(shared, ONE).chmod(0)
    shared.chmod(0o777)
    script = _AS_NOBODY + "print(get(cache(Path(sys.argv[1])), ONE))"
    assert _printed(script, shared) == "None\n"
    assert path(shared, ONE).exists()


def test_a_full_disk_leaves_no_part_of_an_entry(tmp_path: Path) -> None:
    """Files may not grow beyond a limit, which is what a full disk looks like."""
    script = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "kept = cache(Path(sys.argv[1]), warn=print)\n"
        "kept.store(ONE)\n"
        "print(get(kept, ONE))\n"
    )
    said = f"Fetched packages cannot be kept in {tmp_path}: File too large."
    assert _printed(script, tmp_path).splitlines() == [said, "None"]
    assert list(tmp_path.iterdir()) == []


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    clock = Clock()
    kept = cache(tmp_path, 2 * SIZE, clock=clock)
    for package in (ONE, TWO):
        kept.store(package)
        clock.now += 1
    assert get(kept, ONE) == ONE
    clock.now += 1
    kept.store(THREE)
    assert {entry.digest for entry in kept.entries()} == {ONE.digest, THREE.digest}


def test_of_the_same_time_the_smaller_digest_goes_first(tmp_path: Path) -> None:
    packages = sorted((ONE, TWO, THREE), key=lambda package: package.digest)
    for package in reversed(packages):
        cache(tmp_path, clock=Clock()).store(package)
    removed = cache(tmp_path).trim(SIZE)
    assert [entry.digest for entry in removed] == [package.digest for package in packages[:2]]


def test_the_limit_is_exact(tmp_path: Path) -> None:
    for package in (ONE, TWO):
        cache(tmp_path, 2 * SIZE).store(package)
    assert len(cache(tmp_path).entries()) == 2
    assert len(cache(tmp_path).trim(2 * SIZE - 1)) == 1


def test_what_is_larger_than_the_cache_pushes_nothing_out(tmp_path: Path) -> None:
    cache(tmp_path).store(ONE)
    cache(tmp_path, SIZE - 1).store(TWO)
    assert [entry.digest for entry in cache(tmp_path).entries()] == [ONE.digest]


def test_what_is_not_of_the_cache_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "sha256-0.tar").write_text("mine")
    cache(tmp_path).store(ONE)
    assert [entry.digest for entry in cache(tmp_path).trim(0)] == [ONE.digest]
    assert cache(tmp_path).keep_only(frozenset()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt", "sha256-0.tar"]


def test_only_what_is_named_stays(tmp_path: Path) -> None:
    for package in (ONE, TWO, THREE):
        cache(tmp_path).store(package)
    left_by_a_killed_process = tmp_path / (".xpkg-" + "0" * 16)
    left_by_a_killed_process.touch()
    removed = cache(tmp_path).keep_only({TWO.digest})
    assert {entry.digest for entry in removed} == {ONE.digest, THREE.digest}
    assert [p.name for p in tmp_path.iterdir()] == [path(tmp_path, TWO).name]
