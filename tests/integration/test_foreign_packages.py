"""Packages that other programs wrote, copied or pushed: verified, inspected and extracted."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.integration.docker_registry import DockerRegistry, need
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.inspection.extraction import extract
from xpkg_tool.inspection.verify import verify
from xpkg_tool.oci.read.archive_reader import open_archive

VECTORS = Path(__file__).parents[1] / "vectors"
GOLDEN, HYBRID = VECTORS / "golden.xpkg", VECTORS / "hybrid.xpkg"
HYBRID_DIGEST = "sha256:bc70d2d052d00a0d251ebfec9c7c7e2014c46afb40e495ee0c330f32bbf9381b"
# What the Crossplane CLI's push makes of golden.xpkg.
GOLDEN_DIGEST = "sha256:ae61afa64038476d6147f39ee918a8539095a5506f595b5b413020347a6c60b6"


def run(*argv: str) -> str:
    return subprocess.run(
        [need(argv[0]), *argv[1:]], stdout=subprocess.PIPE, check=True
    ).stdout.decode()


def check(source: str, folder: Path, found_by: str, *warnings: str) -> str:
    """Reads `source`, which holds the package of the vectors, in each way; its digest."""
    findings = verify(source, env={"PATH": ""})
    assert [f for f in findings if f.severity == "error"] == []
    assert [f.code for f in findings] == sorted(warnings)
    inspection = inspect(source, env={"PATH": ""})
    assert inspection.found_by == found_by
    assert inspection.meta is not None and inspection.meta["name"] == "golden"
    assert [example.name for example in inspection.examples] == ["ex"]
    assert inspection.digest in inspection.to_text()
    out = folder / "extracted"
    out.mkdir()
    extract(source, str(out / "package.yaml"), str(out / "examples.yaml"), env={"PATH": ""})
    for name in ("package.yaml", "examples.yaml"):
        assert (out / name).read_bytes() == (VECTORS / name).read_bytes()
    return inspection.digest


def push(source: str, registry: DockerRegistry) -> str:
    run("skopeo", "copy", "--dest-tls-verify=false", source, f"docker://{registry.address}/a/b:v1")
    return f"{registry.address}/a/b:v1"


def test_our_file_pushed_by_skopeo(plain_registry: DockerRegistry, tmp_path: Path) -> None:
    reference = push(f"oci-archive:{HYBRID}", plain_registry)
    assert check(reference, tmp_path, "annotation") == HYBRID_DIGEST
    before = plain_registry.requests()
    inspect(reference, env={"PATH": ""})
    # The probe, the manifest, two layers and the config.
    assert plain_registry.requests() - before == 5
    assert plain_registry.requests("PUT") > 0


def test_a_file_of_the_crossplane_cli_pushed_by_skopeo(
    plain_registry: DockerRegistry, tmp_path: Path
) -> None:
    """skopeo compresses the layers anew and has no annotations for them: the labels name layers
    that are not there, and the package is found in the file system."""
    reference = push(f"docker-archive:{GOLDEN}", plain_registry)
    stale = ["XP906"] * 2
    check(reference, tmp_path, "file system", *stale, "XP908", "XP912")


def test_a_file_of_the_crossplane_cli(tmp_path: Path) -> None:
    assert check(str(GOLDEN), tmp_path, "label", "XP912") == GOLDEN_DIGEST


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
def test_what_skopeo_makes_of_our_file(form: str, tmp_path: Path) -> None:
    """Into another format it copies without annotations; a docker-archive's layers it decompresses,
    so that the labels name others."""
    copy = tmp_path / "copy"
    name = ":example/golden:v1" if form == "docker-archive" else ""
    run("skopeo", "copy", f"oci-archive:{HYBRID}", f"{form}:{copy}{name}")
    lost = ["XP906"] * 2
    check(str(copy), tmp_path, "file system", *lost, "XP908")


def test_what_podman_saves(tmp_path: Path) -> None:
    """Layers decompressed, a tag, and members of its own."""
    # podman takes no runroot of more than 50 characters.
    with tempfile.TemporaryDirectory(prefix="xpkg-", dir="/tmp") as short:
        storage = (f"--root={short}/root", f"--runroot={short}/run")
        podman = ("podman", "--storage-driver=vfs", *storage)
        loaded = run(*podman, "load", "--input", str(HYBRID))
        image = loaded.strip().rpartition(":")[2]
        for form in ("docker-archive", "oci-archive"):
            run(*podman, "save", f"--format={form}", "--output", str(tmp_path / form), image)
            findings = verify(str(tmp_path / form))
            assert [f for f in findings if f.severity == "error"] == []
            folder = tmp_path / f"{form}-out"
            folder.mkdir()
            extract(str(tmp_path / form), str(folder / "p"))
            assert (folder / "p").read_bytes() == (VECTORS / "package.yaml").read_bytes()


def crane() -> str:
    """The program, where somebody has installed it."""
    gopath = os.environ.get("GOPATH") or str(Path.home() / "go")
    found = shutil.which("crane") or shutil.which("crane", path=f"{gopath}/bin")
    if found is None:
        pytest.skip("crane is not installed")
    return found


@pytest.mark.allow_skip_in_ci("crane is in no distribution")
def test_what_crane_pushes(plain_registry: DockerRegistry, tmp_path: Path) -> None:
    """The unpacked layout goes with its annotations; the tar without, but with its digests."""
    layout = tmp_path / "layout"
    layout.mkdir()
    run("tar", "-xf", str(HYBRID), "-C", str(layout))
    program, address = crane(), plain_registry.address
    subprocess.run([program, "push", "--insecure", layout, f"{address}/a/layout:v1"], check=True)
    (tmp_path / "1").mkdir()
    assert check(f"{address}/a/layout:v1", tmp_path / "1", "annotation") == HYBRID_DIGEST
    for number, (file, lost) in enumerate(((HYBRID, []), (GOLDEN, ["XP912"]))):
        reference = f"{address}/a/tar{number}:v1"
        subprocess.run([program, "push", "--insecure", file, reference], check=True)
        folder = tmp_path / f"tar{number}"
        folder.mkdir()
        labels = ["XP906"] * 2
        check(reference, folder, "file system", *labels, "XP908", *lost)


def test_layers_of_a_push_are_those_of_the_file() -> None:
    """Both vectors hold the same two tars."""
    golden, hybrid = inspect(str(GOLDEN)), inspect(str(HYBRID))
    assert [y.diff_id for y in golden.layers] == [y.diff_id for y in hybrid.layers]
    assert open_archive(str(GOLDEN)).digest == GOLDEN_DIGEST
