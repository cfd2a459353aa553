"""What a person may name, and what is said where it is nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, VECTORS
from tests.xpkg_tool.images import Image, package_layers, plain
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.inspection.source import opened
from xpkg_tool.inspection.verify import verify
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.publish.push import PushResult, push


def digest_of(source: str) -> str:
    with opened(source) as image:
        return image.digest


def test_files_and_folders(tmp_path: Path) -> None:
    image = Image(*package_layers())
    assert digest_of(str(HYBRID)) == HYBRID_DIGEST
    assert digest_of(str(image.archive(tmp_path / "a"))) == image.digest
    assert digest_of(str(image.folder(tmp_path / "b"))) == image.digest
    os.symlink(tmp_path / "a", tmp_path / "link")
    assert digest_of(str(tmp_path / "link")) == image.digest


def test_a_layout_of_several_images(tmp_path: Path) -> None:
    """What we publish into a directory is read back by the same reference."""
    other = Image(*package_layers(examples=None)).archive(tmp_path / "other")
    layout = tmp_path / "layout"
    references = [f"oci-layout:{layout}:team/a:v1", f"oci-layout:{layout}:team/b:v1"]
    for archive, reference in zip((HYBRID, other), references):
        assert isinstance(push(str(archive), [reference])[0], PushResult)
    assert digest_of(references[0]) == HYBRID_DIGEST
    assert digest_of(references[1]) == digest_of(str(other))
    assert verify(references[0]) == ()
    with pytest.raises(ImageError, match="names 2 manifests instead of exactly one") as caught:
        digest_of(str(layout))
    assert "team/a:v1, team/b:v1" in str(caught.value)
    with pytest.raises(ImageError, match="names 0 images 'team/c:v1'"):
        digest_of(f"oci-layout:{layout}:team/c:v1")


def test_a_file_of_the_crossplane_cli_is_pushed_with_its_annotations(tmp_path: Path) -> None:
    reference = f"oci-layout:{tmp_path}/layout:team/a:v1"
    (outcome,) = push(str(VECTORS / "golden.xpkg"), [reference])
    assert isinstance(outcome, PushResult)
    assert digest_of(reference) == digest_of(str(VECTORS / "golden.xpkg"))
    assert [f.code for f in verify(reference)] == ["XP912"]


def test_a_file_with_layers_that_are_not_compressed_is_not_pushed(tmp_path: Path) -> None:
    layers = [(plain(data), kind) for data, kind in package_layers()]
    path = Image(*layers).docker_archive(tmp_path / "a")
    (outcome,) = push(str(path), [f"oci-layout:{tmp_path}/layout:team/a:v1"])
    assert isinstance(outcome, PublishError)
    assert "is not compressed with gzip" in str(outcome)
    assert not (tmp_path / "layout").exists()


NOTHING = {
    "nowhere.xpkg": "neither an existing file or folder",
    "a/nowhere.xpkg": "neither an existing file or folder",
    "": "neither an existing file or folder",
    "\0": "neither an existing file or folder",
    "oci-layout:nowhere:a:v1": "The folder does not exist",
    "oci-layout:nowhere": "The folder does not exist",
    "example.org/a": "The reference has no tag",
    "example.org/A:v1": "lower-case",
}


@pytest.mark.parametrize("source", NOTHING)
def test_what_is_nothing(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (finding,) = verify(source)
    assert NOTHING[source] in finding.message
    assert finding.code == "XP914"


@pytest.mark.parametrize(
    "source",
    [
        "user:canary@example.org/a:v1",
        "https://user:canary@example.org/a:v1",
        "user:canary@example.org",
        "user:canary@",
    ],
)
def test_passwords_are_not_shown(source: str) -> None:
    (finding,) = verify(source)
    assert finding.code == "XP914"
    assert "canary" not in repr(finding)
    assert "cannot contain a user name or password" in finding.message


def test_what_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    os.symlink("nowhere", tmp_path / "dangling")
    (tmp_path / "empty").mkdir()
    assert "This is not a regular file" in verify(str(tmp_path / "fifo"))[0].message
    assert "No such file" in verify(str(tmp_path / "dangling"))[0].message
    assert "not an OCI image layout" in verify(str(tmp_path / "empty"))[0].message


def test_a_layout_with_a_fifo_for_a_blob(tmp_path: Path) -> None:
    image = Image(*package_layers())
    image.folder(tmp_path / "a")
    blob = next((tmp_path / "a/blobs/sha256").iterdir())
    blob.unlink()
    os.mkfifo(blob)
    assert "XP902" in [f.code for f in verify(str(tmp_path / "a"))]


def test_reading_a_file_needs_neither_requests_nor_oras() -> None:
    script = (
        "import sys; from xpkg_tool.inspection.verify import verify; "
        "from xpkg_tool.inspection.describe import inspect; "
        f"verify({str(HYBRID)!r}); inspect({str(HYBRID)!r}); "
        "sys.exit(any(m in sys.modules for m in ('requests', 'oras', 'urllib3', 'http.client')))"
    )
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=env, check=False).returncode == 0
