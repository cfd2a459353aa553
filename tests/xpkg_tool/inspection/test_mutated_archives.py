"""Archives that something happened to, or that somebody made so: whatever they hold, there is a
finding or the package, in bounded memory, and no file anywhere else.

The mutations know the formats: checksums of tar headers and digests are made right again in some,
so that what is broken is reached and not only the first check."""

from __future__ import annotations

import gzip
import json
import os
import random
import tempfile
import tracemalloc
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.archives import (
    HYBRID,
    MANIFEST,
    VECTORS,
    blob_name,
    descriptor,
    to_json,
    write_tar,
)
from tests.xpkg_tool.images import (
    Entry,
    Image,
    folder,
    gz,
    link,
    package_layers,
    plain,
    runtime_layers,
    tar,
)
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.inspection.extraction import extract
from xpkg_tool.inspection.verify import verify
from xpkg_tool.oci.image_error import ImageError

BLOCK = 512
# Reading JSON and YAML of a few kilobytes, buffers of a megabyte; far from what a bomb takes.
MAX_MEMORY = 24 << 20

_made = Image(*runtime_layers(), *package_layers())


def _bytes_of(image: Image, form: str) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        write = image.archive if form == "oci" else image.docker_archive
        return write(Path(directory) / "a").read_bytes()


ARCHIVES = [
    HYBRID.read_bytes(),
    (VECTORS / "golden.xpkg").read_bytes(),
    _bytes_of(_made, "oci"),
    _bytes_of(_made, "docker"),
]

# Values that number fields and texts of a header break on.
FIELDS = [
    b"\xff" * 12,
    b"\x80" + b"\xff" * 11,
    b"77777777777\0",
    b"-0000000001\0",
    b"9" * 12,
    b"../../../etc/x\0",
    b"/etc/passwd\0",
    b"package.yaml\0",
    b"manifest.json\0",
    b"index.json\0",
    b"\0",
    b"\xff\xfe\0",
]
TYPES = b"0\x0012345678xgLKSDMNVA~\xff"


def mutate(data: bytes, seed: int, times: int, *, repair: bool) -> bytes:
    """`data`, a tar, changed in `times` places; with `repair` all headers' checksums are right."""
    random_ = random.Random(seed)
    content = bytearray(data)
    for _ in range(times):
        way = random_.randrange(8)
        at = random_.randrange(len(content) + 1)
        block = at // BLOCK * BLOCK
        if way == 0 and at < len(content):
            content[at] = random_.randrange(256)
        elif way == 1:
            del content[at:]
        elif way == 2:
            del content[block : block + BLOCK * random_.randrange(1, 4)]
        elif way == 3:
            content[block:block] = content[: BLOCK * random_.randrange(1, 6)]
        elif way == 4:
            content[block + 156 : block + 157] = bytes([random_.choice(TYPES)])
        elif way == 5:
            start = block + random_.choice((0, 124, 157, 257, 345))
            value = random_.choice(FIELDS)
            content[start : start + len(value)] = value
        elif way == 6:
            content += random_.choice((bytes(1024), bytes(data[:BLOCK]), b"rubbish"))
        else:
            size = random_.choice((0, 1, 511, 512, 513, 2**20 + 1, 200 << 20, 8**11 - 1))
            content[block + 124 : block + 136] = b"%011o\0" % size
    if repair:
        for block in range(0, len(content) - BLOCK + 1, BLOCK):
            # Content has none of these at this place; changed headers may have lost theirs.
            if content[block + 257 : block + 262] == b"ustar":
                content[block + 148 : block + 156] = b" " * 8
                total = sum(content[block : block + BLOCK])
                content[block + 148 : block + 156] = b"%06o\0 " % total
    return bytes(content)


def check(data: bytes) -> tuple[Finding, ...]:
    """Reads the archive in every way; what `verify` found."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "in").write_bytes(data)
        (folder / "out").mkdir()
        source = str(folder / "in")
        shown: list[str] = []
        tracemalloc.start()
        try:
            findings = verify(source)
            try:
                inspect(source).to_text()
            except ImageError as error:
                shown.append(str(error))
            try:
                extract(source, str(folder / "out/p"), str(folder / "out/e"))
            except ImageError as error:
                shown.append(str(error))
                assert os.listdir(folder / "out") == []
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert all(": error XP9" in text for text in shown)
        assert peak < MAX_MEMORY, f"{peak:,} bytes"
        assert sorted(os.listdir(folder)) == ["in", "out"]
        assert set(os.listdir(folder / "out")) <= {"p", "e"}
        assert (folder / "in").read_bytes() == data
    return findings


_SETTINGS = settings(
    max_examples=int(os.environ.get("XPKG_MUTATIONS", "80")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 2**32)
times = st.integers(1, 8)


def test_what_is_mutated_is_right() -> None:
    for archive in ARCHIVES:
        assert [f for f in check(archive) if f.severity == "error"] == []


@given(st.sampled_from(ARCHIVES), seeds, times, st.booleans())
@_SETTINGS
def test_the_archive(archive: bytes, seed: int, times: int, repair: bool) -> None:
    check(mutate(archive, seed, times, repair=repair))


@given(seeds, times, st.booleans(), st.sampled_from(["base", None]), st.booleans())
@_SETTINGS
def test_a_layer(seed: int, times: int, repair: bool, kind: str | None, zipped: bool) -> None:
    """All digests are right: what is broken is the tar inside."""
    layer = mutate(plain(_made.layers[3]), seed, times, repair=repair)
    image = Image((gz(layer) if zipped else layer, kind), *runtime_layers())
    check(_bytes_of(image, "oci"))


@given(seeds, times, st.booleans())
@_SETTINGS
def test_gzip_data(seed: int, times: int, docker: bool) -> None:
    random_ = random.Random(seed)
    layer = bytearray(_made.layers[3])
    for _ in range(times):
        layer[random_.randrange(len(layer))] = random_.randrange(256)
    image = Image(*runtime_layers(), *package_layers())
    image.layers[3] = bytes(layer)
    members = image.docker_members() if docker else {**image.members(), blob_name(layer): layer}
    # A digest of its own, and in the layout one that names other content.
    with tempfile.TemporaryDirectory() as directory:
        check(write_tar(Path(directory) / "a", members.items()).read_bytes())


names = st.one_of(
    st.sampled_from(
        [
            "package.yaml",
            "./package.yaml",
            "/package.yaml",
            "a/package.yaml",
            ".up/examples.yaml",
            ".up",
            ".wh.package.yaml",
            ".wh..up",
            ".up/.wh..wh..opq",
            ".wh..wh..opq",
            ".wh.",
            "..",
            "a/../package.yaml",
        ]
    ),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1),
)
entries = st.one_of(
    st.binary(max_size=2000),
    st.builds(folder),
    st.builds(link, names, st.sampled_from([b"1", b"2", b"3", b"6"])),
)


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(names, entries), max_size=6),
            st.sampled_from(["base", "upbound", "vendor", None]),
        ),
        max_size=4,
    ),
    st.booleans(),
)
@_SETTINGS
def test_any_members(layers: list[tuple[list[tuple[str, Entry]], str | None]], pax: bool) -> None:
    image = Image(*((gz(tar(*entries, format=2 if pax else 1)), kind) for entries, kind in layers))
    check(_bytes_of(image, "oci"))


_json = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(),
        st.sampled_from(["sha256:" + "0" * 64, "blobs/sha256/" + "0" * 64, "a", "../a"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "manifests", "mediaType", "digest", "size", "config", "layers", "annotations",
                    "platform", "os", "rootfs", "diff_ids", "Labels", "Config", "Layers", "Tags",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(["index.json", "manifest.json", "manifest", "config", "oci-layout"]), _json)
@_SETTINGS
def test_any_json(where: str, value: object) -> None:
    content = json.dumps(value).encode()
    image = Image(*package_layers())
    members = image.members()
    if where == "manifest":
        members[blob_name(content)] = content
        members["index.json"] = to_json({"manifests": [descriptor(content, MANIFEST)]})
    elif where == "config":
        raw = json.loads(image.manifest)
        raw["config"] = descriptor(content)
        manifest = to_json(raw)
        members[blob_name(content)] = content
        members[blob_name(manifest)] = manifest
        members["index.json"] = to_json({"manifests": [descriptor(manifest, MANIFEST)]})
    else:
        members[where] = content
    with tempfile.TemporaryDirectory() as directory:
        check(write_tar(Path(directory) / "a", members.items()).read_bytes())


def test_a_bomb_in_each_place(tmp_path: Path) -> None:
    """Gigabytes that are claimed or compressed, each stopped at its limit."""
    zeros = gzip.compress(bytes(64 << 20), 9)
    for layer in (zeros * 3, zeros + b"x", gz(tar(("package.yaml", b"x"))) + zeros):
        check(_bytes_of(Image((layer, "base")), "oci"))
