"""`verify`: each code is caused, alone where that is possible, and a right package causes none."""

from __future__ import annotations

import gzip
import os
import tarfile
import tracemalloc
from pathlib import Path
from typing import Callable

import pytest

from tests.xpkg_tool.archives import (
    HYBRID,
    VECTORS,
    blob_name,
    descriptor,
    sha256,
    to_json,
    write_tar,
)
from tests.xpkg_tool.images import (
    ANNOTATION,
    EXAMPLE,
    META,
    PACKAGE,
    Image,
    gz,
    index_of,
    package_layers,
    runtime_layers,
    tar,
    unannotated,
)
from xpkg_tool.diagnostics.catalogue import rules_of
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.inspection.verify import verify
from xpkg_tool.oci.read.archive_reader import read_archive
from xpkg_tool.oci.read.package_files import read_package
from xpkg_tool.oci.write.content import Content
from xpkg_tool.oci.write.layer import base_layer


def found(path: Path) -> list[tuple[str, str]]:
    findings = verify(str(path))
    for finding in findings:
        assert finding.message.endswith(".") and finding.remedy.endswith("."), finding
        assert finding.path in (str(path), "package.yaml", ".up/examples.yaml"), finding
    return [(f.code, f.severity) for f in findings]


def message(path: Path) -> str:
    (finding,) = verify(str(path))
    return finding.message


@pytest.mark.parametrize("runtime", [False, True])
def test_right_packages(runtime: bool, tmp_path: Path) -> None:
    layers = [*(runtime_layers() if runtime else ()), *package_layers()]
    image = Image(*layers)
    assert verify(str(HYBRID)) == ()
    assert verify(str(image.archive(tmp_path / "archive"))) == ()
    assert verify(str(image.folder(tmp_path / "folder"))) == ()
    assert verify(str(image.docker_archive(tmp_path / "docker"))) == ()


def test_what_the_real_implementation_writes() -> None:
    """It names no platform, which is a warning."""
    assert found(VECTORS / "golden.xpkg") == [("XP912", "warning")]


def test_an_unpacked_archive(tmp_path: Path) -> None:
    with tarfile.open(HYBRID) as archive:
        archive.extractall(tmp_path)
    assert verify(str(tmp_path)) == ()


E, W = "error", "warning"
Members = dict[str, bytes]


def damaged(name: Callable[[Image], str], change: Callable[[bytes], bytes]) -> Members:
    image = Image(*package_layers())
    members = image.members()
    members[name(image)] = change(members[name(image)])
    return members


def without(name: Callable[[Image], str]) -> Members:
    image = Image(*package_layers())
    return {key: value for key, value in image.members().items() if key != name(image)}


def base_blob(image: Image) -> str:
    return blob_name(image.layers[0])


def config_blob(image: Image) -> str:
    return blob_name(image.config_bytes)


def manifest_blob(image: Image) -> str:
    return blob_name(image.manifest)


def changed(change: Callable[[Image], object], *layers: tuple[bytes, str | None]) -> Members:
    image = Image(*(layers or package_layers()))
    change(image)
    return image.members()


def relabelled(**labels: str) -> Members:
    image = Image(*package_layers())
    known = [f"{ANNOTATION}:{sha256(layer)}" for layer in image.layers]
    image.config["config"]["Labels"] = {
        **dict(zip(known, ("base", "upbound"))),
        **{known[0] if key == "first" else key: value for key, value in labels.items()},
    }
    return image.members()


def hybrid(entry: object) -> Members:
    return {**Image(*package_layers()).members(), "manifest.json": to_json(entry)}


CASES: dict[str, tuple[Members, list[tuple[str, str]]]] = {
    "no image": ({"a": b""}, [("XP900", E)]),
    "manifest changed": (damaged(manifest_blob, lambda m: m.replace(b"base", b"BASE")), [
        ("XP903", E), ("XP906", W), ("XP908", W)]),
    "manifest gone": (without(manifest_blob), [("XP902", E)]),
    "layer gone": (without(base_blob), [("XP902", E)]),
    "config gone": (without(config_blob), [("XP902", E)]),
    "config changed": (
        damaged(config_blob, lambda c: c.replace(b"amd64", b"arm64")),
        [("XP903", E)],
    ),
    "config longer": (damaged(config_blob, lambda c: c + b" "), [("XP904", E)]),
    "layer changed": (
        damaged(base_blob, lambda c: c[:30] + b"?" + c[31:]),
        [("XP903", E)],
    ),
    "layer cut": (
        damaged(base_blob, lambda c: c[:-5]),
        [("XP903", E), ("XP904", E)],
    ),
    "layer's size": (
        changed(lambda i: i.descriptors[0].update(size=1)),
        [("XP904", E)],
    ),
    "diff ID": (
        changed(lambda i: i.config["rootfs"]["diff_ids"].reverse()),
        [("XP905", E)] * 2,
    ),
    "diff IDs missing": (
        changed(lambda i: i.config.pop("rootfs")),
        [("XP905", E)],
    ),
    "label differs": (relabelled(first="BASE"), [("XP906", W)]),
    "label of no layer": (relabelled(**{f"{ANNOTATION}:x": "base"}), [("XP906", W)]),
    "other labels": (relabelled(maintainer="x", **{f"{ANNOTATION}x": "y"}), []),
    "no labels": (Image(*package_layers(), labels={}).members(), [("XP906", W)] * 2),
    "no annotations": (
        changed(lambda i: [d.pop("annotations") for d in i.descriptors]),
        [("XP906", W)] * 2 + [("XP908", W)],
    ),
    "neither": (Image(*unannotated(package_layers())).members(), [("XP908", W)]),
    "two bases": (
        Image(*package_layers(examples=None), (gz(tar(("package.yaml", b""))), "base")).members(),
        [("XP907", E)],
    ),
    "two examples": (
        Image(*package_layers(), (gz(tar(("x", b""))), "upbound")).members(),
        [("XP907", W)],
    ),
    "no package": (Image(*runtime_layers()).members(), [("XP909", E)]),
    "another package.yaml": (
        Image(
            *unannotated(package_layers()), (gz(tar(("app/package.yaml", b"x"))), None)
        ).members(),
        [("XP908", W), ("XP910", E)],
    ),
    "layer no tar": (
        Image(*package_layers(), (gz(b"text" * 200), None)).members(),
        [("XP911", E)],
    ),
    "no platform": (
        Image(*package_layers(), platform=("", "")).members(),
        [("XP912", W)],
    ),
    "manifest.json of another": (
        hybrid([{"Config": "index.json", "Layers": []}]),
        [("XP913", E)],
    ),
    "too many layers": (
        Image(*package_layers(), *[(gz(bytes(1024)), None)] * 255).members(),
        [("XP901", E)],
    ),
    "lint": (
        Image(*package_layers(PACKAGE + META, b"a: 1\n")).members(),
        [("XP301", E), ("XP102", E), ("XP102", E)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong(case: str, tmp_path: Path) -> None:
    members, expected = CASES[case]
    assert sorted(found(write_tar(tmp_path / "a", members.items()))) == sorted(expected)


def test_each_code_of_reading_is_caused() -> None:
    caused = {code for _, findings in CASES.values() for code, _ in findings}
    known = {rule.code for rule in rules_of("XP9")}
    # That one is for files and registries that cannot be reached; test_source.py has it.
    assert caused & known == known - {"XP914"}


def test_everything_at_once(tmp_path: Path) -> None:
    """A damaged layer, a missing one, a wrong diff ID and lint findings, all in one run."""
    image = Image(*package_layers(META + b"---\nkind: X\n"), *runtime_layers())
    image.config["rootfs"]["diff_ids"][3] = sha256(b"")
    image.config["architecture"] = ""
    members = image.members()
    del members[blob_name(image.layers[1])]
    members[blob_name(image.layers[2])] += b"x"
    assert sorted(found(write_tar(tmp_path / "a", members.items()))) == sorted(
        [
            ("XP902", E),
            ("XP903", E),
            ("XP904", E),
            ("XP905", E),
            ("XP912", W),
            ("XP201", E),
        ]
    )


def test_places_in_the_package_are_shown(tmp_path: Path) -> None:
    path = Image(*package_layers(PACKAGE + b"apiVersion: v1\nkind: Pod\n---\n")).archive(
        tmp_path / "a"
    )
    (finding,) = verify(str(path))
    assert (finding.code, finding.path) == ("XP202", "package.yaml")
    assert finding.position is not None and finding.position.source == "kind: Pod"
    assert PACKAGE.count(b"\n") + 2 == finding.position.line


@pytest.mark.parametrize("where", ["archive", "folder"])
def test_an_index(where: str, tmp_path: Path) -> None:
    """Of an index in the index the image for linux/amd64 is looked at."""
    image, other = Image(*package_layers()), Image(*runtime_layers())
    index = index_of(
        [
            (other.manifest, {"os": "linux", "architecture": "arm64"}),
            (image.manifest, {"os": "linux", "architecture": "amd64"}),
        ]
    )
    members = {
        **other.blobs,
        **image.blobs,
        blob_name(index): index,
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": to_json(
            {"manifests": [descriptor(index, "application/vnd.oci.image.index.v1+json")]}
        ),
    }
    path = tmp_path / "a"
    if where == "archive":
        write_tar(path, members.items())
    else:
        for name, content in members.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    assert verify(str(path)) == ()


@pytest.mark.parametrize(
    ("platforms", "chosen"),
    [
        ([None], 0),
        ([{"os": "linux", "architecture": "arm64"}, None], 1),
        ([{"os": "linux", "architecture": "amd64"}, None], 0),
        ([{"os": "", "architecture": ""}], None),
        ([{"os": "unknown", "architecture": "unknown"}], None),
    ],
)
def test_the_entry_of_an_index(
    platforms: list[dict[str, str] | None], chosen: int | None, tmp_path: Path
) -> None:
    images = [Image(*package_layers(PACKAGE + b"# %d\n" % n)) for n in range(len(platforms))]
    index = index_of([(image.manifest, p) for image, p in zip(images, platforms)])
    members = {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": to_json(
            {"manifests": [descriptor(index, "application/vnd.oci.image.index.v1+json")]}
        ),
        blob_name(index): index,
        # The blobs of the others are missing.
        **(images[chosen].blobs if chosen is not None else {}),
    }
    path = write_tar(tmp_path / "a", members.items())
    if chosen is None:
        assert "no image for linux/amd64" in message(path)
    else:
        assert verify(str(path)) == ()


def test_an_index_in_itself_ends(tmp_path: Path) -> None:
    """A digest that is wrong makes it possible."""
    name = sha256(b"")
    entry = {**descriptor(b"", "application/vnd.oci.image.index.v1+json"), "digest": name}
    index = to_json({"manifests": [entry]})
    members = {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": index,
        "blobs/" + name.replace(":", "/"): index,
    }
    assert "XP900" in {code for code, _ in found(write_tar(tmp_path / "a", members.items()))}


def test_nobody_knows_which_of_several_layers_with_one_digest(tmp_path: Path) -> None:
    """The same empty layer many times, as Dockerfiles make it, is read once and right."""
    empty = (gz(bytes(1024)), None)
    image = Image(empty, empty, *package_layers(), empty)
    assert verify(str(image.archive(tmp_path / "a"))) == ()


def test_a_message_is_safe_to_show(tmp_path: Path) -> None:
    entries = [("\x1b[31m/package.yaml", b"x")]
    path = Image((gz(tar(*entries)), None)).archive(tmp_path / "a")
    (finding,) = verify(str(path))
    assert "\x1b" not in finding.message


def test_layers_are_streamed(tmp_path: Path) -> None:
    """A package.yaml of 100 MB is held once; a runtime of 60 MB that does not compress, and one of
    150 MB that does, not at all."""
    package = PACKAGE + b"#" + b" filler" * 14_000_000 + b"\n"
    assert len(package) > 98_000_000
    image = Image(
        (gzip.compress(tar(("a", os.urandom(60_000_000))), 0), None),
        (gzip.compress(tar(("b", bytes(150_000_000))), 1), None),
        (gzip.compress(tar(("package.yaml", package)), 1), "base"),
    )
    path = image.archive(tmp_path / "a")
    del image
    tracemalloc.start()
    files = read_package(read_archive(str(path)), all_layers=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert files.package == package
    assert files.faults == ()
    assert len(package) < peak < 150_000_000


def test_the_examples_of_our_own_layers(tmp_path: Path) -> None:
    """Gzip members of 16 MiB each, as our own packages have them."""
    package = PACKAGE + b"# filler\n" * 4_000_000
    layer = base_layer(Content.of(package))
    image = Image((layer.data, "base"), (gz(tar((".up/examples.yaml", EXAMPLE))), "upbound"))
    assert verify(str(image.archive(tmp_path / "a"))) == ()


def test_findings_are_ordered_and_the_same_each_time(tmp_path: Path) -> None:
    members, _ = CASES["no annotations"]
    path = write_tar(tmp_path / "a", members.items())
    assert verify(str(path)) == verify(str(path))
    assert list(verify(str(path))) == sorted(verify(str(path)), key=Finding.sort_key)
