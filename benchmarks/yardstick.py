"""The yardstick: the minimum work of building packages, in one Python process.

    python benchmarks/yardstick.py DIR

For every package below DIR (a folder with a crossplane.yaml) it reads the YAML files, parses each
document with PyYAML's C loader, joins the texts, compresses them with libdeflate at level 6 and
hashes the result. It checks nothing and writes nothing. Timings of real builds are given as
multiples of this one, because multiples carry over from one machine to another and seconds do not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import deflate
import yaml

LEVEL = 6
META = "crossplane.yaml"


class Measure(NamedTuple):
    """What one pass over all packages took."""

    packages: int
    documents: int
    # Of YAML, before compression.
    size: int
    # Wall time, without the start of the interpreter.
    seconds: float


def package_files(root: Path) -> list[list[Path]]:
    """Return the YAML files of every package below `root`; a package ends where another begins."""
    packages: list[list[Path]] = []
    owners: dict[Path, list[Path]] = {}
    for folder, folders, names in os.walk(root):
        folders.sort()
        here = Path(folder)
        owner = owners.get(here.parent)
        if META in names:
            owner = []
            packages.append(owner)
        if owner is not None:
            owners[here] = owner
            owner += [here / name for name in sorted(names) if name.endswith((".yaml", ".yml"))]
    return packages


def build(files: Sequence[Path]) -> tuple[int, int, str]:
    """Do one package's work: return how many documents and bytes it has, and its digest."""
    texts = [file.read_bytes() for file in files]
    documents = sum(
        document is not None
        for text in texts
        for document in yaml.load_all(text, Loader=yaml.CSafeLoader)
    )
    stream = b"\n---\n".join(texts)
    digest = hashlib.sha256(deflate.gzip_compress(stream, LEVEL)).hexdigest()
    return documents, len(stream), digest


def measure(root: Path) -> Measure:
    start = time.perf_counter()
    packages = package_files(root)
    built = [build(files) for files in packages]
    seconds = time.perf_counter() - start
    documents = sum(count for count, _, _ in built)
    return Measure(len(packages), documents, sum(size for _, size, _ in built), seconds)


def peak_memory() -> int:
    """Return the most memory that this process had at once, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in units of 1024 bytes, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Time the least work that building packages takes."
    )
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder with the packages")
    options = parser.parse_args(arguments)
    result = measure(options.directory)
    if not result.packages:
        parser.error(f"there is no {META} below {options.directory}: see benchmarks/generate.py")
    print(
        f"{result.seconds:.2f} s, {result.packages} packages, {result.documents} documents, "
        f"{result.size / 1e6:.1f} MB, {peak_memory() / 2**20:.0f} MiB at most"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
