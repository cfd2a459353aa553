"""`inspect`: what is in a package, in text and in JSON."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, VECTORS, sha256
from tests.xpkg_tool.images import (
    PACKAGE,
    Image,
    gz,
    package_layers,
    runtime_layers,
    tar,
    unannotated,
)
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.oci.image_error import ImageError

CRD = b"apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata:\n  name: c\n---\n"


def test_our_own_file() -> None:
    manifest = json.loads(_manifest())
    found = inspect(str(HYBRID)).to_json()
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "source": str(HYBRID),
        "form": "oci-archive",
        "foundBy": "annotation",
        "digest": HYBRID_DIGEST,
        "indexDigest": None,
        "mediaType": manifest["mediaType"],
        "configDigest": manifest["config"]["digest"],
        "size": 674 + sum(d["size"] for d in (manifest["config"], *manifest["layers"])),
        "platform": "linux/amd64",
        "labels": {
            f"io.crossplane.xpkg:{layer['digest']}": kind
            for layer, kind in zip(manifest["layers"], ("base", "upbound"))
        },
        "layers": [
            {
                "kind": layer["annotations"]["io.crossplane.xpkg"],
                "mediaType": layer["mediaType"],
                "size": layer["size"],
                "digest": layer["digest"],
                "diffId": sha256((VECTORS / name).read_bytes()),
                "annotations": layer["annotations"],
            }
            for layer, name in zip(manifest["layers"], ("base.layer.tar", "examples.layer.tar"))
        ],
        "meta": {
            "apiVersion": "meta.pkg.crossplane.io/v1",
            "kind": "Configuration",
            "name": "golden",
            "crossplane": ">=v1.14.0",
            "dependencies": [],
            "line": 2,
        },
        "packageSize": (VECTORS / "package.yaml").stat().st_size,
        "objects": [],
        "examples": [{"apiVersion": "example.org/v1", "kind": "XThing", "name": "ex", "line": 1}],
        "whole": True,
    }


def _manifest() -> bytes:
    with tarfile.open(HYBRID) as archive:
        member = archive.extractfile(f"blobs/sha256/{HYBRID_DIGEST[7:]}")
        assert member is not None
        return member.read()


def test_text(tmp_path: Path) -> None:
    layers = package_layers(PACKAGE + CRD)
    image = Image(*runtime_layers(), *layers)
    image.config["config"]["Labels"]["maintainer"] = "some\x1bone"
    text = inspect(str(image.archive(tmp_path / "a"))).to_text()
    assert text.splitlines() == [
        "Configuration configuration-example (meta.pkg.crossplane.io/v1)",
        "  crossplane >=v1.14.0-0",
        "  depends on Provider xpkg.example.org/team/provider >=v1.0.0",
        f"digest    {image.digest}",
        f"config    {sha256(image.config_bytes)}",
        "platform  linux/amd64",
        f"size      {sum(len(b) for b in image.blobs.values()):,} bytes",
        "read from oci-archive; the package was found by annotation",
        "5 layers:",
        *(
            f"  {kind:<8} {len(data):>12,}  {sha256(data)}"
            for data, kind in zip(image.layers, ("-", "-", "-", "base", "upbound"))
        ),
        "1 label:",
        "  maintainer=some\\x1bone",
        "1 object:",
        "  Composition c (apiextensions.crossplane.io/v1)",
        "1 example:",
        "  XThing ex (example.org/v1)",
    ]


@pytest.mark.parametrize("annotated", [True, False])
def test_only_what_is_needed_is_read(annotated: bool, tmp_path: Path) -> None:
    """With an annotation the runtime's layers may be damaged: nobody looks at them."""
    layers = [*runtime_layers(), *package_layers()]
    image = Image(*(layers if annotated else unannotated(layers)))
    path = image.archive(tmp_path / "a")
    path.write_bytes(path.read_bytes().replace(image.layers[0], bytes(len(image.layers[0]))))
    assert inspect(str(path)).meta is not None


def test_documents_that_cannot_be_read(tmp_path: Path) -> None:
    image = Image(*package_layers(PACKAGE + b"a: [\n"))
    inspection = inspect(str(image.archive(tmp_path / "a")))
    assert inspection.meta is not None
    assert not inspection.whole
    assert "Some documents cannot be read" in inspection.to_text()


def test_no_meta_object(tmp_path: Path) -> None:
    image = Image(*package_layers(CRD, None))
    inspection = inspect(str(image.archive(tmp_path / "a")))
    assert (inspection.meta, len(inspection.objects)) == (None, 1)
    assert inspection.to_text().startswith("No meta object\n")


def test_no_package(tmp_path: Path) -> None:
    with pytest.raises(ImageError) as caught:
        inspect(str(Image(*runtime_layers()).archive(tmp_path / "a")))
    assert caught.value.finding.code == "XP909"


def test_another_number_of_diff_ids(tmp_path: Path) -> None:
    image = Image(*package_layers(), (gz(tar()), None))
    image.config["rootfs"]["diff_ids"].pop()
    layers = inspect(str(image.archive(tmp_path / "a"))).layers
    assert [layer.diff_id for layer in layers] == ["", "", ""]
