"""Programs that are not ours read what `pants package` writes."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from tests.integration.docker_registry import need
from tests.integration.repository import PROJECT, Repository


@pytest.fixture(scope="module")
def package(running: Repository) -> Path:
    """The provider of the examples, built by Pants."""
    running.clear()
    for path in (PROJECT / "examples/provider").rglob("*"):
        if path.is_file():
            running.write(str(path.relative_to(PROJECT)), path.read_bytes())
    running.pants("package", "examples/provider")
    return running.root / "dist/examples.provider/provider.xpkg"


@pytest.fixture(scope="module")
def description(package: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(Path(f"{package}.json").read_text())
    return loaded


def run(*argv: str, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [need(argv[0]), *argv[1:]], check=False, capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_skopeo_copies_the_oci_archive_with_its_digests(
    package: Path, description: dict[str, object], tmp_path: Path
) -> None:
    run("skopeo", "copy", f"oci-archive:{package}", f"dir:{tmp_path / 'copy'}")
    digest = run("skopeo", "manifest-digest", str(tmp_path / "copy/manifest.json")).strip()
    assert digest == description["digest"]
    manifest = json.loads((tmp_path / "copy/manifest.json").read_text())
    kinds = [layer["annotations"]["io.crossplane.xpkg"] for layer in manifest["layers"]]
    assert kinds == ["base", "upbound"]


def test_skopeo_reads_the_docker_archive(package: Path) -> None:
    inspected = json.loads(run("skopeo", "inspect", f"docker-archive:{package}"))
    assert (inspected["Architecture"], inspected["Os"]) == ("amd64", "linux")
    assert sorted(inspected["Labels"].values()) == ["base", "upbound"]


@pytest.fixture
def short_folder() -> Iterator[str]:
    """podman takes no runroot of more than 50 characters."""
    with tempfile.TemporaryDirectory(prefix="xpkg-", dir="/tmp") as folder:
        yield folder


def test_podman_loads_it(package: Path, short_folder: str) -> None:
    storage = (f"--root={short_folder}/root", f"--runroot={short_folder}/run")
    podman = ("podman", "--storage-driver=vfs", *storage)
    loaded = run(*podman, "load", "--input", str(package))
    image = loaded.strip().rpartition(":")[2]
    inspected = json.loads(run(*podman, "image", "inspect", image))
    assert sorted(inspected[0]["Config"]["Labels"].values()) == ["base", "upbound"]


def test_umoci_unpacks_it(package: Path, tmp_path: Path) -> None:
    # umoci reads OCI manifests: skopeo converts, the layers pass through.
    run("skopeo", "copy", f"oci-archive:{package}", f"oci:{tmp_path / 'layout'}:package")
    run(
        "umoci",
        "raw",
        "unpack",
        "--rootless",
        f"--image={tmp_path / 'layout'}:package",
        str(tmp_path / "root"),
    )
    package_yaml = (tmp_path / "root/package.yaml").read_text()
    assert package_yaml.startswith("---\n") and package_yaml.endswith("---\n")
    assert (tmp_path / "root/.up/examples.yaml").exists()
    source = (PROJECT / "examples/provider/crossplane.yaml").read_text()
    assert source[source.startswith("---") * 4 :] in package_yaml


def test_the_unpacked_archive_is_an_oci_layout(
    package: Path, description: dict[str, object], tmp_path: Path
) -> None:
    run("tar", "-xf", str(package), "-C", str(tmp_path))
    assert (
        run("skopeo", "inspect", "--format={{.Digest}}", f"oci:{tmp_path}").strip()
        == (description["digest"])
    )
    for blob in (tmp_path / "blobs/sha256").iterdir():
        assert run("sha256sum", str(blob)).split()[0] == blob.name
