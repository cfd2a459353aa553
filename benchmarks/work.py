"""Parts of the tool without Pants, each in a separate process, which run.py times.

    python benchmarks/work.py WORK ARGUMENT ...

Run it with an interpreter that has the tool's libraries (pants-plugins/xpkg/tool.lock). Works that
are shorter than the start of an interpreter end with a line of the seconds that they took.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "pants-plugins"))

META = "crossplane.yaml"
# An arbitrary fixed number.
SEED = 20_201_006


def build_all(packages: str, output: str) -> None:
    """Builds every package below a folder, one after another, with `xpkg build`."""
    from xpkg_tool.cli.main import main

    for meta in sorted(Path(packages).rglob(META)):
        archive = Path(output, f"{meta.parent.name}.xpkg")
        with contextlib.redirect_stdout(io.StringIO()):
            if main(["build", str(meta.parent), "--output", str(archive)]):
                raise SystemExit(f"{meta.parent} was not built.")


def publish_all(packages: str, output: str, address: str) -> None:
    """Builds every package below a folder, publishes it in a registry, and writes a lock that has
    them all."""
    from xpkg_tool.dependencies.lock.file import object_name, write_lock
    from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
    from xpkg_tool.publish.push import PushResult, push

    build_all(packages, output)
    locked = []
    for archive in sorted(Path(output).glob("*.xpkg")):
        source = f"{address}/benchmark/{archive.stem}"
        (outcome,) = push(str(archive), [f"{source}:v1.0.0"], env={})
        if not isinstance(outcome, PushResult):
            raise SystemExit(str(outcome))
        name = object_name(source)
        locked.append(LockedPackage(source, "v1.0.0", outcome.digest, "Provider", name))
    Path(output, "xpkg.lock").write_bytes(write_lock(Lock(tuple(locked))))


def parse(packages: str) -> None:
    """Parses every document with the tool's loader: the reference for lint."""
    from xpkg_tool.documents.loader import load
    from xpkg_tool.documents.stream import split

    for path in sorted(Path(packages).rglob("*.yaml")):
        for document in split(str(path), path.read_bytes())[0]:
            load(document)


def stages(packages: str) -> None:
    """Prints how the CPU time for reading and checking every file is distributed."""
    from xpkg_tool.documents.loader import load
    from xpkg_tool.documents.stream import split
    from xpkg_tool.lint.analysis import analyse_source

    files = [(str(path), path.read_bytes()) for path in sorted(Path(packages).rglob("*.yaml"))]
    start = time.process_time()
    documents = [document for name, data in files for document in split(name, data)[0]]
    cut = time.process_time()
    for document in documents:
        load(document)
    loaded = time.process_time()
    for name, data in files:
        analyse_source(name, data)
    whole = time.process_time() - loaded
    rules = whole - (loaded - start)
    for title, seconds in (("cut", cut - start), ("parse", loaded - cut), ("rules", rules)):
        print(f"{title:6} {seconds:6.2f} s {seconds / whole:5.0%}")


def readers(packages: str) -> None:
    """Prints how fast each of the tool's readers is with the documents of every file, and how many
    it leaves to the next one."""
    from xpkg_tool.documents.block_style import read_block_style
    from xpkg_tool.documents.exact import load_exactly
    from xpkg_tool.documents.quick import quick_load
    from xpkg_tool.documents.stream import split
    from xpkg_tool.documents.uncertain import UNCERTAIN

    paths = sorted(Path(packages).rglob("*.yaml"))
    documents = [d for path in paths for d in split(str(path), path.read_bytes())[0]]
    size = sum(document.size for document in documents)
    for title, read in (
        ("block_style", lambda document: read_block_style(document.text)),
        ("quick", lambda document: quick_load(document.text)),
        ("exact", load_exactly),
    ):
        start = time.process_time()
        left = sum(read(document) is UNCERTAIN for document in documents)
        seconds = time.process_time() - start
        print(f"{title:11} {size / 1e6 / seconds:5.1f} MB/s, {left} of {len(documents)} left")


def pack(package_yaml: str) -> None:
    """Packs an existing stream: tar, digests, compression, image, archive."""
    from xpkg_tool.oci.write.archive import write_archive
    from xpkg_tool.oci.write.content import Content
    from xpkg_tool.oci.write.image import build_image
    from xpkg_tool.oci.write.layer import base_layer

    content = Path(package_yaml).read_bytes()
    start = time.perf_counter()
    b"".join(write_archive(build_image([base_layer(Content.of(content))])))
    print(time.perf_counter() - start)


def codec(package_yaml: str) -> None:
    """The minimum cost of packing: the same bytes through libdeflate and SHA-256."""
    import deflate

    content = Path(package_yaml).read_bytes()
    start = time.perf_counter()
    deflate.gzip_compress(content, 6)
    hashlib.sha256(content).digest()
    print(time.perf_counter() - start)


def layer(size: str, output: str) -> None:
    """Writes a package file with one layer of `size` incompressible bytes."""
    from xpkg_tool.oci.write.archive import write_archive
    from xpkg_tool.oci.write.content import Content
    from xpkg_tool.oci.write.image import build_image
    from xpkg_tool.oci.write.layer import base_layer

    numbers = random.Random(SEED)
    whole, rest = divmod(int(size), 1_000_000)  # It gives no more than 256 MB at once.
    content = b"".join(map(numbers.randbytes, [1_000_000] * whole + [rest]))
    with open(output, "wb") as file:
        file.writelines(write_archive(build_image([base_layer(Content.of(content))])))


WORKS: dict[str, Callable[..., None]] = {
    "build_all": build_all,
    "publish_all": publish_all,
    "parse": parse,
    "stages": stages,
    "readers": readers,
    "pack": pack,
    "codec": codec,
    "layer": layer,
}

if __name__ == "__main__":
    WORKS[sys.argv[1]](*sys.argv[2:])
