"""The inputs: generated packages, and real ones from the caller. They are created on demand."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from benchmarks.generate import generate

PROJECT = Path(__file__).resolve().parents[1]
PLUGINS = PROJECT / "pants-plugins"
META = "crossplane.yaml"

# Replaces the meta object of a package where that is a template.
_META_TEXT = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: {name}
spec:
  crossplane:
    version: ">=v1.12.1-0"
"""


class InputError(Exception):
    """The caller's input cannot be measured; the message says why, and what is needed."""


@dataclass(frozen=True)
class Sizes:
    """How much is generated and run."""

    packages: int = 200
    files: int = 20
    file_bytes: int = 4_500
    # The number of packages in the repositories that show growth.
    few: int = 100
    many: int = 1_000
    small_files: int = 5
    layer_bytes: int = 300_000_000
    fetched: int = 50
    # The number of files of a real package; None for all.
    definitions: int | None = None
    # How often each round repeats measurements of a second or less.
    repeats: int = 3


# Enough to check that everything runs.
QUICK = Sizes(
    packages=6,
    files=3,
    file_bytes=3_000,
    few=2,
    many=8,
    small_files=1,
    layer_bytes=3_000_000,
    fetched=2,
    definitions=20,
    repeats=1,
)


@dataclass(frozen=True)
class Inputs:
    """The inputs below `folder`, which is scratch space.

    `large` is the folder or archive of a large package, `corpus` a folder that holds provider-aws
    and provider-upjet-aws, `cli` the Crossplane CLI, `given_python` an interpreter with the tool's
    libraries: each None when the caller has none.
    """

    folder: Path
    sizes: Sizes
    large: Path | None = None
    corpus: Path | None = None
    cli: Path | None = None
    given_python: Path | None = None

    @cached_property
    def python(self) -> Path:
        """An interpreter with the tool's locked libraries."""
        if self.given_python is not None:
            return self.given_python
        venv = self.folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        lock = PLUGINS / "xpkg" / "tool.lock"
        python = venv / "bin" / "python"
        install = ("-m", "pip", "install", "--quiet", "--require-hashes", "-r")
        subprocess.run((python, *install, lock), check=True)
        return python

    @cached_property
    def packages(self) -> Path:
        """The folder of the packages for most cases."""
        return self._generated(self.sizes.packages, self.sizes.files)

    @cached_property
    def few(self) -> Path:
        return self._generated(self.sizes.few, self.sizes.small_files)

    @cached_property
    def fetched(self) -> Path:
        return self._generated(self.sizes.fetched, self.sizes.files)

    @cached_property
    def many(self) -> Path:
        return self._generated(self.sizes.many, self.sizes.small_files)

    def _generated(self, packages: int, files: int) -> Path:
        target = self.folder / f"{packages}-packages-of-{files}"
        generate(target, packages, files, self.sizes.file_bytes, pants=False)
        return target / "packages"

    @cached_property
    def aws(self) -> Path | None:
        """A folder with provider-aws (200 definitions, 7.4 MB)."""
        source = self._of_corpus("provider-aws")
        return None if source is None else self._real(source, "provider-aws")

    @cached_property
    def upjet(self) -> Path | None:
        """A folder with provider-upjet-aws (2,065 definitions, 101.9 MB), or with the package that
        the caller gave instead."""
        source = self.large or self._of_corpus("provider-upjet-aws")
        return None if source is None else self._real(source, "provider-upjet-aws")

    def _of_corpus(self, name: str) -> Path | None:
        """The folder or the archive of a package in the corpus."""
        if self.corpus is None:
            return None
        found = [self.corpus / file for file in (name, f"{name}.tar.xz")]
        return next((path for path in found if path.exists()), None)

    def _real(self, source: Path, name: str) -> Path:
        if source.is_file():
            source = _unpacked(source, self.folder / "unpacked" / name)
        elif not source.is_dir():
            raise InputError(f"{source} does not exist: name a package's folder, or a tar of it.")
        roots = sorted(
            (folder.parent for folder in source.rglob("crds") if folder.is_dir()),
            key=lambda folder: len(folder.parts),
        )
        if not roots:
            raise InputError(f"{source} has no folder crds: name a package that has one.")
        return _copied(roots[0], self.folder / "real" / name, name, self.sizes.definitions)


def _unpacked(archive: Path, target: Path) -> Path:
    """Writes the YAML files of an archive one by one, so that none ends up outside `target`."""
    try:
        with tarfile.open(archive) as members:
            for member in members:
                path = PurePosixPath(member.name)
                content = members.extractfile(member) if path.suffix == ".yaml" else None
                if content is None or path.is_absolute() or ".." in path.parts:
                    continue
                (target / path.parent).mkdir(parents=True, exist_ok=True)
                (target / path).write_bytes(content.read())
    except (OSError, tarfile.TarError) as error:
        raise InputError(f"{archive} cannot be unpacked: {error}. Give a tar archive.") from None
    return target


def _copied(root: Path, target: Path, name: str, limit: int | None) -> Path:
    """A folder with the package in a subfolder `name`: its definitions and its meta object."""
    package = target / name
    definitions = sorted((root / "crds").rglob("*.yaml"))[:limit]
    for file in definitions:
        copy = package / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    meta = root / META
    text = meta.read_text() if meta.is_file() else _META_TEXT.format(name=name)
    (package / META).write_text(text)
    return target
