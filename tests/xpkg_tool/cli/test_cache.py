"""`xpkg cache`: listing, verifying, pruning, fetching and exporting."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import ENVIRONMENT
from tests.xpkg_tool.dependencies.fetch.packages import fetched, fetched_stream, image, put, stream
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, running
from xpkg_tool.cli.main import main
from xpkg_tool.dependencies.cache.crossplane import file_name
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.lock.file import object_name, write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage

ONE, TWO, THREE = map(fetched, ("one", "two", "three"))


@pytest.fixture(autouse=True)
def _a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


def folder() -> Path:
    return Path(os.environ["XDG_CACHE_HOME"]) / "pants-xpkg" / "packages"


def store(*packages: FetchedPackage) -> None:
    """Stores packages, the first one first."""
    folder().mkdir(parents=True, exist_ok=True)
    for time, package in enumerate(packages):
        FileCache(str(folder()), clock=lambda time=time: time).store(package)  # type: ignore[misc]


def digests() -> set[str]:
    return {entry.digest for entry in FileCache(str(folder())).entries()}


def lock(path: str, *packages: tuple[str, str]) -> str:
    """Writes a lock of packages, by source and digest."""
    locked = (
        LockedPackage(source, "v1.0.0", digest, "Function", object_name(source))
        for source, digest in packages
    )
    Path(path).write_bytes(write_lock(Lock(tuple(locked))))
    return path


def damage(package: FetchedPackage) -> None:
    path = folder() / f"{package.digest.replace(':', '-')}.tar"
    path.write_bytes(path.read_bytes()[:-2000])


def test_an_empty_cache(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "list"]) == 0
    assert capsys.readouterr().out == f"0 packages (0 bytes) in {folder()}\n"
    assert main(["cache", "verify"]) == 0
    assert capsys.readouterr().out == f"Verified 0 packages (0 bytes) in {folder()}\n"


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    store(TWO, ONE, THREE)
    damage(THREE)
    assert main(["cache", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [(line.split()[0], *line.split()[2:]) for line in lines[:3]]
    assert shown == [
        (TWO.digest, "Function", "two"),
        (ONE.digest, "Function", "one"),
        (THREE.digest, "(damaged)"),
    ]
    assert lines[3].startswith("3 packages (")
    # To look is not to use.
    assert main(["cache", "list", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [p["digest"] for p in listed["packages"]] == [TWO.digest, ONE.digest, THREE.digest]
    assert [p["label"] for p in listed["packages"]] == ["Function two", "Function one", None]
    assert [p["damaged"] for p in listed["packages"]] == [False, False, True]


def test_a_package_is_named_whatever_the_style_of_its_yaml(
    capsys: pytest.CaptureFixture[str],
) -> None:
    flow = b"kind: Function\napiVersion: meta.pkg.crossplane.io/v1\nmetadata: {name: flow}\n"
    json_form = b'{"apiVersion": "meta.pkg.crossplane.io/v1", "kind": "Function", "metadata": {}}\n'
    # Its first document is longer than what is read of it.
    block = b"\n  name: long\n  annotations:\n    text: " + b"x" * 70_000
    long = flow.replace(b" {name: flow}", block)
    store(*(fetched_stream(b"---\n" + text + b"---\n") for text in (flow, json_form, long)))
    assert main(["cache", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    labels = [line.split(maxsplit=2)[2] for line in lines[:3]]
    assert labels == ["Function flow", "Function", "Function long"]


def test_verify_removes_what_is_damaged(capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE, TWO)
    assert main(["cache", "verify"]) == 0
    damage(ONE)
    capsys.readouterr()
    assert main(["cache", "verify"]) == 1
    out = capsys.readouterr().out
    assert f"Removed {ONE.digest}, which was damaged\n" in out
    assert "Verified 1 package (" in out
    assert digests() == {TWO.digest}
    assert main(["cache", "verify"]) == 0


def test_prune_keeps_what_the_locks_name(capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE, TWO, THREE)
    one = lock("one.lock", ("a.io/one", ONE.digest))
    two = lock("two.lock", ("a.io/two", TWO.digest), ("a.io/other", "sha256:" + "0" * 64))
    assert main(["cache", "prune", "--lock", one, "--lock", two]) == 0
    captured = capsys.readouterr()
    assert f"Removed {THREE.digest}\n" in captured.out
    assert captured.err == ""
    assert digests() == {ONE.digest, TWO.digest}


def test_prune_by_the_lock_of_the_current_folder(capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE, TWO)
    lock("xpkg.lock", ("a.io/one", ONE.digest))
    assert main(["cache", "prune"]) == 0
    assert capsys.readouterr().err == "Using xpkg.lock in the current folder.\n"
    assert digests() == {ONE.digest}


@pytest.mark.parametrize("action", [["prune"], ["fetch"], ["export", "--crossplane", "out"]])
def test_no_lock(action: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE)
    assert main(["cache", *action]) == 2
    assert "There is no xpkg.lock in the current folder" in capsys.readouterr().err
    assert main(["cache", *action, "--lock", "missing.lock"]) == 2
    assert "missing.lock: The lock cannot be read" in capsys.readouterr().err
    assert digests() == {ONE.digest}


def test_a_broken_lock_removes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE, TWO)
    right = lock("right.lock", ("a.io/one", ONE.digest))
    Path("broken.lock").write_text('{"formatVersion": 1, "packages": [{}]}')
    Path("worse.lock").write_text("{")
    locks = ["--lock", right, "--lock", "broken.lock", "--lock", "worse.lock"]
    assert main(["cache", "prune", *locks]) == 2
    error = capsys.readouterr().err
    assert "broken.lock:1" in error
    assert "worse.lock:1" in error
    assert digests() == {ONE.digest, TWO.digest}


def test_prune_to_a_size() -> None:
    store(ONE, TWO, THREE)
    size = FileCache(str(folder())).entries()[0].size
    assert main(["cache", "prune", "--max-size", str(2 * size + size // 2)]) == 0
    assert digests() == {TWO.digest, THREE.digest}
    lock("xpkg.lock", ("a.io/two", TWO.digest))
    assert main(["cache", "prune", "--max-size", "1GiB", "--lock", "xpkg.lock"]) == 0
    assert digests() == {TWO.digest}
    assert main(["cache", "prune", "--max-size", "1KiB", "--lock", "xpkg.lock"]) == 0
    assert digests() == set()


@pytest.mark.parametrize("size", ["", "x", "1.5GiB", "5 MiB", "-1", "1GB", "٣", "9" * 16])
def test_what_is_no_size(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE)
    assert main(["cache", "prune", f"--max-size={size}"]) == 2
    assert "is not a size" in capsys.readouterr().err
    assert digests() == {ONE.digest}


@pytest.mark.parametrize("action", ["list", "verify", "prune", "fetch"])
def test_a_cache_that_was_named_must_exist(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    lock("xpkg.lock", ("a.io/one", ONE.digest))
    assert main(["cache", action, "--cache-dir", "missing"]) == 2
    assert "The folder for the cache does not exist: missing" in capsys.readouterr().err
    assert not Path("missing").exists()


def put_all(registry: FakeRegistry, *names: str) -> str:
    """Puts packages into the registry; a lock that names them."""
    return lock(
        "xpkg.lock",
        *((f"{registry.address}/{name}", put(registry, image(name), name)) for name in names),
    )


def test_fetch_puts_what_is_missing_into_the_cache(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as registry:
        put_all(registry, "one", "two")
        store(ONE)
        assert main(["cache", "fetch"]) == 0
        out = capsys.readouterr().out.splitlines()
        assert out == [
            f"Fetched {registry.address}/two@{TWO.digest}",
            f"Fetched 1 of 2 locked packages into {folder()}",
        ]
        assert digests() == {ONE.digest, TWO.digest}
        # A probe, a manifest and a layer.
        assert registry.count() == 3
    # Nobody is there any more.
    assert main(["cache", "fetch"]) == 0


def test_fetch_needs_no_registry_for_what_is_there() -> None:
    """Not even the modules that talk to one."""
    store(ONE, TWO)
    lock("xpkg.lock", ("a.example.org/one", ONE.digest), ("a.example.org/two", TWO.digest))
    script = "import sys; from xpkg_tool.cli.main import main; main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script, "cache", "fetch", "--lock", "xpkg.lock"],
        env={**ENVIRONMENT, "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    said, modules = done.stdout.splitlines()
    assert said == f"Nothing to fetch: 2 locked packages in {folder()} already"
    assert {"requests", "oras", "ssl"} & set(modules.split()) == set()


def test_what_cannot_be_fetched_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as registry:
        put_all(registry, "one")
        registry.manifests.clear()
        assert main(["cache", "fetch"]) == 2
    error = capsys.readouterr().err
    assert f"{registry.address}/one@{ONE.digest}" in error
    assert f"The registry has no {ONE.digest} in one" in error
    assert digests() == set()


@pytest.mark.parametrize("warm", [False, True])
def test_export_for_crossplane(warm: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with running() as registry:
        put_all(registry, "one", "two")
        if warm:
            store(ONE, TWO)
        assert main(["cache", "export", "--crossplane", "out/cache"]) == 0
        assert (registry.count() == 0) == warm
        names = {
            file_name(f"{registry.address}/{name}", package.digest): stream(name)
            for name, package in (("one", ONE), ("two", TWO))
        }
    written = {p.name: gzip.decompress(p.read_bytes()) for p in Path("out/cache").iterdir()}
    assert written == names
    out = capsys.readouterr().out
    assert all(f"Wrote out/cache/{name}: " in out for name in names)
    assert digests() == {ONE.digest, TWO.digest}


def test_export_says_what_else_is_in_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """A file of an earlier lock would be used by a cluster; what we did not write is not ours."""
    store(ONE, TWO)
    lock("xpkg.lock", ("a.example.org/one", ONE.digest))
    export = ["cache", "export", "--crossplane", "out"]
    assert main(export) == 0
    assert "other file" not in capsys.readouterr().err
    assert main(export) == 0
    assert "other file" not in capsys.readouterr().err
    lock("xpkg.lock", ("a.example.org/two", TWO.digest))
    assert main(export) == 0
    old = file_name("a.example.org/one", ONE.digest)
    assert f"warning: 1 other file in out stays there: {old}.\n" in capsys.readouterr().err
    Path("out", "README.md").touch()
    assert main(export) == 0
    assert f"2 other files in out stay there: README.md, {old}.\n" in capsys.readouterr().err
    assert Path("out", old).exists()


def test_two_packages_with_one_file_in_crossplanes_cache(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The name has five digits of the digest, and fifty characters of the source."""
    digest = "sha256:" + "0" * 64
    long = "a.example.org/" + "x" * 40
    lock("xpkg.lock", (f"{long}-1", digest), (f"{long}-2", digest))
    assert main(["cache", "export", "--crossplane", "out"]) == 2
    assert f"one file for {long}-1@{digest} and {long}-2@{digest}" in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    store(ONE)
    lock("xpkg.lock", ("a.example.org/one", ONE.digest))
    Path("out").touch()
    assert main(["cache", "export", "--crossplane", "out"]) == 2
    assert "out: The file cannot be written" in capsys.readouterr().err


def test_to_fetch_is_to_store(capsys: pytest.CaptureFixture[str]) -> None:
    """A package that could not be stored is an error, though it was fetched."""
    with running() as registry:
        put_all(registry, "one", "two")
        folder().mkdir(parents=True)
        (folder() / f"{ONE.digest.replace(':', '-')}.tar").mkdir()
        assert main(["cache", "fetch"]) == 2
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        f"Fetched {registry.address}/two@{TWO.digest}",
        f"Fetched 1 of 2 locked packages into {folder()}",
    ]
    one = f"{registry.address}/one@{ONE.digest}"
    assert captured.err.splitlines()[1:] == [
        f"error: {one}: The package could not be stored: it is a folder.",
        f"error: Of 2 locked packages, 1 could not be stored in {folder()}.",
        "  help: Make room there or allow writing, or name another folder with --cache-dir.",
    ]
    assert digests() == {TWO.digest}


def test_a_folder_where_nothing_can_be_stored(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even root may write into /proc."""
    with running() as registry:
        put_all(registry, "one", "two")
        assert main(["cache", "fetch", "--cache-dir", "/proc"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "Fetched 0 of 2 locked packages into /proc\n"
    assert captured.err.count("The package could not be stored: ") == 2
    assert "error: Of 2 locked packages, 2 could not be stored in /proc." in captured.err


def test_fetched_packages_for_which_there_is_no_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(ONE)
    size = FileCache(str(folder())).entries()[0].size
    monkeypatch.setattr("xpkg_tool.cli.cache.DEFAULT_MAX_BYTES", size + size // 2)
    with running() as registry:
        put_all(registry, "one", "two")
        assert main(["cache", "fetch"]) == 2
    assert "could not be stored: it had to make room for others." in capsys.readouterr().err
    assert len(digests()) == 1
    monkeypatch.setattr("xpkg_tool.cli.cache.DEFAULT_MAX_BYTES", size // 2)
    with running() as registry:
        put_all(registry, "three")
        assert main(["cache", "fetch"]) == 2
    assert "it is larger than the whole cache may be." in capsys.readouterr().err


@pytest.mark.parametrize("action", ["list", "verify"])
def test_what_another_process_removes_meanwhile_is_not_damaged(
    action: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(ONE, TWO)
    peek = FileCache.peek

    def late(cache: FileCache, digest: str) -> FetchedPackage | None:
        if digest == ONE.digest:
            cache.delete(digest)
        return peek(cache, digest)

    monkeypatch.setattr(FileCache, "peek", late)
    assert main(["cache", action]) == 0
    out = capsys.readouterr().out
    assert "damaged" not in out
    assert ONE.digest not in out
    assert "1 package (" in out
