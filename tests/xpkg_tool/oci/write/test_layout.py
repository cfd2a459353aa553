"""Publishing into an image layout directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive, sha256
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.artifact import Artifact, artifact_of
from xpkg_tool.oci.manifests import REF_NAME
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.write.layout import publish
from xpkg_tool.oci.write.layout_files import locked


def opened(path: Path) -> Artifact:
    return artifact_of([open_archive(str(path))])


ARCHIVE = opened(HYBRID)


def snapshot(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(p.relative_to(directory)): (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes())
        for p in sorted(directory.rglob("*"))
        if p.is_file()
    }


def entries(directory: Path) -> dict[str, str]:
    index = json.loads((directory / "index.json").read_text())
    return {e.get("annotations", {}).get(REF_NAME, ""): e["digest"] for e in index["manifests"]}


def check_complete(directory: Path) -> None:
    """Every entry's manifest and blobs are there, each with its own digest, and nothing else is."""
    assert json.loads((directory / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    assert {p.name for p in directory.iterdir()} == {"blobs", "index.json", "oci-layout"}
    blobs = {f"sha256:{p.name}": p.read_bytes() for p in (directory / "blobs/sha256").iterdir()}
    assert all(sha256(content) == digest for digest, content in blobs.items())
    for entry in json.loads((directory / "index.json").read_text())["manifests"]:
        manifest = json.loads(blobs[entry["digest"]])
        assert entry["size"] == len(blobs[entry["digest"]])
        assert entry["mediaType"] == manifest["mediaType"]
        assert all(d["digest"] in blobs for d in (manifest["config"], *manifest["layers"]))


def test_first_time_and_again(tmp_path: Path) -> None:
    directory = tmp_path / "dist/registry"
    result = publish(ARCHIVE, str(directory), ["a/b:v1", "a/b:latest"])
    assert result.changed == {"a/b:v1", "a/b:latest"}
    assert (result.transfer.blobs_sent, result.transfer.blobs_skipped) == (4, 0)
    assert result.transfer.bytes_sent == sum(b.size for b in ARCHIVE.blobs) + len(ARCHIVE.manifest)
    assert entries(directory) == {"a/b:v1": HYBRID_DIGEST, "a/b:latest": HYBRID_DIGEST}
    check_complete(directory)
    before = snapshot(directory)
    again = publish(ARCHIVE, str(directory), ["a/b:v1", "a/b:latest"])
    assert (again.changed, again.transfer.bytes_sent, again.transfer.blobs_sent) == (
        frozenset(),
        0,
        0,
    )
    assert snapshot(directory) == before


def test_index_bytes_do_not_depend_on_the_order(tmp_path: Path) -> None:
    other = opened(make_archive(tmp_path / "o", b"other"))
    publish(ARCHIVE, str(tmp_path / "x"), ["b/b:v1", "a/a:v1"])
    publish(other, str(tmp_path / "x"), ["a/b:v1"])
    publish(other, str(tmp_path / "y"), ["a/b:v1"])
    publish(ARCHIVE, str(tmp_path / "y"), ["a/a:v1"])
    publish(ARCHIVE, str(tmp_path / "y"), ["b/b:v1"])
    assert list(entries(tmp_path / "x")) == ["a/a:v1", "a/b:v1", "b/b:v1"]
    assert (tmp_path / "x/index.json").read_bytes() == (tmp_path / "y/index.json").read_bytes()


def test_moving_a_tag_changes_its_entry_only(tmp_path: Path) -> None:
    other = opened(make_archive(tmp_path / "o", b"other"))
    directory = tmp_path / "layout"
    publish(ARCHIVE, str(directory), ["a:v1", "a:latest", "b:latest"])
    result = publish(other, str(directory), ["a:latest"])
    assert result.changed == {"a:latest"}
    assert entries(directory) == {
        "a:v1": HYBRID_DIGEST,
        "a:latest": other.digest,
        "b:latest": HYBRID_DIGEST,
    }
    check_complete(directory)


def test_entries_of_others_stay(tmp_path: Path) -> None:
    index = {
        "schemaVersion": 2,
        "annotations": {"x": "y"},
        "manifests": [
            {"mediaType": "m", "digest": "sha256:1", "size": 1, "platform": {"os": "linux"}},
            {"mediaType": "m", "digest": "sha256:2", "size": 2, "annotations": {REF_NAME: "a:v1"}},
        ],
    }
    (tmp_path / "index.json").write_text(json.dumps(index))
    publish(ARCHIVE, str(tmp_path), ["a:v1"])
    after = json.loads((tmp_path / "index.json").read_text())
    assert after["annotations"] == {"x": "y"}
    assert after["manifests"][0] == index["manifests"][0]  # type: ignore[index]
    assert entries(tmp_path) == {"": "sha256:1", "a:v1": HYBRID_DIGEST}


def test_a_blob_of_the_wrong_size_is_written_again_and_others_are_not(tmp_path: Path) -> None:
    publish(ARCHIVE, str(tmp_path), ["a:v1"])
    before = snapshot(tmp_path)
    damaged = "blobs/" + ARCHIVE.blobs[-1].digest.replace(":", "/")
    (tmp_path / damaged).write_bytes(b"cut")
    result = publish(ARCHIVE, str(tmp_path), ["a:v1"])
    assert (result.changed, result.transfer.blobs_sent) == (frozenset(), 1)
    check_complete(tmp_path)
    after = snapshot(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {damaged}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"manifests": 1}', '{"manifests": ["x"]}'])
def test_a_broken_index_is_not_overwritten(content: str, tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(content)
    with pytest.raises(PublishError, match="is not an image index"):
        publish(ARCHIVE, str(tmp_path), ["a:v1"])
    assert (tmp_path / "index.json").read_text() == content


def test_a_directory_with_something_else_in_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    with pytest.raises(PublishError, match=r"not an image layout: it contains 'main\.py'"):
        publish(ARCHIVE, str(tmp_path), ["a:v1"])
    assert not (tmp_path / "index.json").exists()


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A directory of somebody who is not root, and this process as that somebody."""
    root = os.geteuid() == 0
    directory = Path(tempfile.mkdtemp())
    if root:
        os.chown(directory, 65534, 65534)
        os.seteuid(65534)
    try:
        yield directory
    finally:
        if root:
            os.seteuid(0)
        subprocess.run(["rm", "-rf", str(directory)], check=True)


def test_read_only(unprivileged: Path) -> None:
    """One clear error, nothing changed; and up to date needs no right to write."""
    directory = unprivileged / "layout"
    publish(ARCHIVE, str(directory), ["a:v1"])
    folders = [directory, directory / "blobs", directory / "blobs/sha256"]
    for folder in folders:
        folder.chmod(0o555)
    before = snapshot(directory)
    assert publish(ARCHIVE, str(directory), ["a:v1"]).changed == frozenset()
    with pytest.raises(PublishError, match="cannot be written: Permission denied") as caught:
        publish(ARCHIVE, str(directory), ["a:v2"])
    assert str(directory) in str(caught.value)
    assert snapshot(directory) == before
    for folder in folders:
        folder.chmod(0o755)


def test_the_directory_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(PublishError, match="cannot be written"):
        publish(ARCHIVE, str(tmp_path / "x"), ["a:v1"])


SCRIPT = """
import resource, sys
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.artifact import artifact_of
from xpkg_tool.oci.write.layout import publish
from xpkg_tool.diagnostics.errors import PublishError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    publish(artifact_of([open_archive(sys.argv[1])]), sys.argv[2], ["a:v1"])
except PublishError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("room", [0, 20, 160, 300, 600])
def test_no_room_left(room: int, tmp_path: Path) -> None:
    """Files cannot grow beyond `room` bytes, as on a disk that is full."""
    directory = tmp_path / "layout"
    run = subprocess.run(
        # -B, or Python would cache what it imports then, cut off, for all that come after.
        [sys.executable, "-B", "-c", SCRIPT, str(HYBRID), str(directory), str(room)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "cannot be written: File too large" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (directory / "index.json").exists()
    for blob in (directory / "blobs/sha256").iterdir():
        assert sha256(blob.read_bytes()) == f"sha256:{blob.name}"
    assert {p.name for p in directory.iterdir()} <= {"blobs", "oci-layout"}
    publish(ARCHIVE, str(directory), ["a:v1"])
    check_complete(directory)


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    publish(ARCHIVE, str(tmp_path), ["a:v1"])
    (tmp_path / ".xpkg-0123456789abcdef").write_text("half")
    publish(ARCHIVE, str(tmp_path), ["a:v2"])
    check_complete(tmp_path)


def test_a_damaged_package_changes_nothing(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a", b"layer-layer")
    path.write_bytes(path.read_bytes().replace(b"layer-layer", b"layer-lager"))
    with pytest.raises(PublishError, match="does not match its digest"):
        publish(opened(path), str(tmp_path / "layout"), ["a:v1"])
    assert not (tmp_path / "layout/index.json").exists()
    assert not [p for p in (tmp_path / "layout").iterdir() if p.name.startswith(".")]


def test_many_at_once(tmp_path: Path) -> None:
    """Publishers of one directory wait for each other, and none loses an entry."""
    archives = [opened(make_archive(tmp_path / f"{n}", b"layer %d" % n)) for n in range(12)]
    directory = tmp_path / "layout"
    threads = [
        threading.Thread(target=publish, args=(a, str(directory), [f"r{n}:v1", f"r{n}:latest"]))
        for n, a in enumerate(archives)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(directory)) == 24
    check_complete(directory)


def test_a_lock_that_is_never_let_go(tmp_path: Path) -> None:
    with locked(str(tmp_path)), pytest.raises(PublishError, match=r"was in use for 0\.1 seconds"):
        publish(ARCHIVE, str(tmp_path), ["a:v1"], lock_timeout=0.1)
    publish(ARCHIVE, str(tmp_path), ["a:v1"], lock_timeout=0.1)
