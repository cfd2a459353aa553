"""Files that are written: whole, with the right mode, and nothing left over, even by kill -9."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, make_archive
from xpkg_tool.files.whole import write_whole
from xpkg_tool.inspection.extraction import extract
from xpkg_tool.oci.artifact import artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.write.layout import publish

# Kills the process before, or after, the n-th of the calls that change the disk.
_KILLED = """
import os, signal, sys
count, after = int(sys.argv[1]), sys.argv[2] == "after"
def killing(call):
    def wrapped(*args, **kwargs):
        global count
        count -= 1
        if count < 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*args, **kwargs)
        if count < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped
from xpkg_tool.files.whole import write_whole
for name in ("open", "fsync", "rename", "replace", "unlink"):
    setattr(os, name, killing(getattr(os, name)))
write_whole({"a.xpkg": b"new", "a.xpkg.json": b"new", "b": b"new"})
"""


def litter(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_step(tmp_path: Path, moment: str) -> None:
    """No file is partial, none is beside one of another time, and the next one to write here
    removes what was left."""
    names, seen = ("a.xpkg", "a.xpkg.json", "b"), set()
    for step in range(60):
        for name in names:
            (tmp_path / name).write_bytes(b"old")
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, str(step), moment],
            cwd=tmp_path,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
        contents = [
            (tmp_path / name).read_bytes() if (tmp_path / name).exists() else None for name in names
        ]
        assert contents[0] in (b"old", b"new")
        assert set(contents[1:]) <= {None, contents[0]}, (step, contents)
        seen.add(contents[0])
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        write_whole({str(tmp_path / "other"): b""})
        assert litter(tmp_path) == []
    assert done.returncode == 0 and step > 10
    assert seen == {b"old", b"new"}


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("mask", [0o077, 0o022, 0o002])
def test_files_follow_the_umask(tmp_path: Path, mask: int) -> None:
    """Packages, what is extracted from them, and image layouts."""
    out = tmp_path / "out"
    out.mkdir()
    before = os.umask(mask)
    try:
        write_whole({str(tmp_path / "a"): b"", str(tmp_path / "b"): b""})
        write_whole({str(out / "c"): [b""]}, hidden_in=str(tmp_path))
        archive = make_archive(tmp_path / "archive", b"layer")
        publish(artifact_of([open_archive(str(archive))]), str(tmp_path / "layout"), ["a:v1"])
        extract(str(HYBRID), str(out / "package.yaml"), str(out / "examples.yaml"))
    finally:
        os.umask(before)
    assert (tmp_path / "layout/index.json").exists() and (out / "package.yaml").exists()
    assert modes(tmp_path) == {0o666 & ~mask}


def test_what_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    paths = [str(tmp_path / name) for name in ("a", "b", "folder")]
    with pytest.raises(IsADirectoryError):
        write_whole(dict.fromkeys(paths, b"new"))
    assert [(tmp_path / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]
    assert litter(tmp_path) == []


def test_a_rename_that_fails_puts_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(tmp_path / name) for name in ("a", "b")]
    write_whole(dict.fromkeys(paths, b"old"))
    replace = os.replace

    def fails(source: str, target: str) -> None:
        if target == paths[0]:
            raise OSError("no")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="no"):
        write_whole(dict.fromkeys(paths, b"new"))
    assert [Path(path).read_bytes() for path in paths] == [b"old", b"old"]
    assert litter(tmp_path) == []


def test_what_somebody_is_writing_is_not_swept(tmp_path: Path) -> None:
    """Nor a folder, nor what is somebody's own."""
    left, folder, link, fifo = (f".xpkg-{digit * 16}" for digit in "0123")
    (tmp_path / left).write_bytes(b"half")
    (tmp_path / folder).mkdir()
    os.symlink("gone", tmp_path / link)
    os.mkfifo(tmp_path / fifo)
    (tmp_path / ".xpkg-ignore").write_bytes(b"")
    kept = {folder, link, ".xpkg-ignore"}

    def content() -> Iterator[bytes]:
        yield b"one"
        (own,) = set(litter(tmp_path)) - kept
        (tmp_path / left).write_bytes(b"half")
        write_whole({str(tmp_path / "b"): b""})
        assert set(litter(tmp_path)) == {own, *kept}
        with pytest.raises(BlockingIOError), open(tmp_path / own) as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield b"two"

    write_whole({str(tmp_path / "a"): content()})
    assert (tmp_path / "a").read_bytes() == b"onetwo"
    assert set(litter(tmp_path)) == kept
