"""Times lint with all rules, and verify, on one large package, beside parsing alone.

    python benchmarks/lint.py DIR

DIR is a package's folder, such as provider-upjet-aws/package with a crossplane.yaml. Each case is
a process of its own; the table gives its processor seconds, the ratio to parsing alone (with the
tool's own loader) and its peak memory by the operating system's accounting. Run it with an
interpreter that has the tool's libraries (pants-plugins/xpkg/tool.lock).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "pants-plugins"))


def files_of(folder: Path) -> dict[str, bytes]:
    """The YAML files that make a package: those that hold Kubernetes objects only."""
    from xpkg_tool.heads import read_head

    found = {}
    for path in sorted(folder.rglob("*.yaml")):
        name, data = str(path.relative_to(folder)), path.read_bytes()
        if not name.startswith("examples/") and all(read_head(name, data).kinds):
            found[name] = data
    return found


def parse(folder: Path, _: Path) -> None:
    """Reads and parses every document, one after another, as lint does."""
    from xpkg_tool.documents.loader import load
    from xpkg_tool.documents.stream import split

    for name, data in files_of(folder).items():
        for document in split(name, data)[0]:
            load(document)


def lint(folder: Path, _: Path) -> None:
    """The same, with all rules."""
    from xpkg_tool.build import PackageRequest, read

    read(PackageRequest("benchmark", "", files_of(folder), {}))


def build(folder: Path, archive: Path) -> None:
    """Lint, and the package written."""
    from xpkg_tool.build import PackageRequest, build
    from xpkg_tool.finding import render_all

    result = build(PackageRequest("benchmark", "", files_of(folder), {}))
    if result.package is None:
        raise SystemExit(render_all(result.findings[:5]))
    archive.write_bytes(result.package.archive)


def verify(_: Path, archive: Path) -> None:
    """All digests of the package derived again, and the rules applied to what is in it."""
    from xpkg_tool.oci.verify import verify

    verify(str(archive))


CASES = {case.__name__: case for case in (parse, lint, build, verify)}


def measure(case: str, folder: Path, archive: Path) -> tuple[float, float]:
    """Processor seconds and peak memory (MiB) of a process that does `case`."""
    command = [sys.executable, __file__, "--case", case, str(folder), str(archive)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("archive", type=Path, nargs="?", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        started = time.process_time()
        CASES[options.case](options.folder, options.archive)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(time.process_time() - started, peak)
        return
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch, "package.xpkg")
        figures = {case: measure(case, options.folder, archive) for case in CASES}
        size = os.stat(archive).st_size / 1e6
    print(f"{options.folder.name}: a package of {size:.1f} MB")
    print(f"{'case':8} {'cpu s':>8} {'x parse':>8} {'MiB':>7}")
    for case, (seconds, peak) in figures.items():
        print(f"{case:8} {seconds:8.2f} {seconds / figures['parse'][0]:8.2f} {peak:7.0f}")


if __name__ == "__main__":
    main()
