"""Linting and building packages: `analyse` and `build`."""

from typing import Literal, NamedTuple, Optional

from xpkg_tool.messages.report import FailOn, RuleSelection

_Text = Optional[str]


class AnalyseRequest(NamedTuple):
    """Reads these files of a package. The answer is the files ANALYSES and TEXTS, for a
    BuildRequest."""

    sources: tuple[str, ...]
    examples: tuple[str, ...]


class LeftOut(NamedTuple):
    """Something in the folder of a package that is not part of it, or is part of it but from
    elsewhere. Which other fields are set depends on the reason."""

    reason: Literal[
        "dangling-link",
        "ending-case",
        "file-name",
        "hidden-folder",
        "linked-folder",
        "not-a-file",
        "outside-link",
    ]
    path: str
    example: bool  # Whether it would be an example, and not a source.
    target: str = ""  # Of a link.
    error: str = ""  # Why a link leads nowhere, as the system says it.
    files: tuple[str, ...] = ()  # The YAML files behind a link to a folder.
    file: str = ""  # A file in a hidden folder that looks like an object.
    noun: str = ""  # What it is instead of a file: "a FIFO".

    @property
    def unread(self) -> tuple[str, ...]:
        """The files that are no part of the package, and whose contents decide how bad that is."""
        return (self.path,) if self.reason == "ending-case" else self.files


class OwnPin(NamedTuple):
    """The package of this repository that the entry of `spec.dependsOn` at `place` means: its
    digest, the address of its target, its version and kind, empty where they are not known."""

    place: int
    digest: str
    name: str
    version: str = ""
    kind: str = ""


class Pinning(NamedTuple):
    """Builds a package with digests for the constraints of its dependencies: of the repository's
    own packages, or of those in the lock. `lock` is the lock's path, which `command` writes; there
    may be no such file."""

    own: tuple[OwnPin, ...]
    lock: str
    command: str


_MaybePinning = Optional[Pinning]


class PackageToBuild(NamedTuple):
    """A package: `name` is its name in messages, `root` its folder. `examples_expected`: somebody
    configured examples, so that it is an error to find none. `package_type` is the type that it
    must have, if any. With `analyses`, folders that each hold the answer to an AnalyseRequest and
    together cover all its files, the files themselves are not read. Otherwise they are read from
    below `folder`, or from their own paths if that is empty."""

    name: str
    root: str
    sources: tuple[str, ...]
    examples: tuple[str, ...]
    examples_expected: bool
    package_type: _Text
    analyses: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    pinning: _MaybePinning = None
    folder: str = ""


class BuildRequest(NamedTuple):
    """Lints and builds packages."""

    packages: tuple[PackageToBuild, ...]
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR


class Built(NamedTuple):
    """A package that was built: the digest of the image's manifest, the size of its layers in
    bytes, and the name in its meta object, as it is and as part of a file's name
    (package.names.friendly_id)."""

    digest: str
    size: int
    name: str
    friendly_id: str


_MaybeBuilt = Optional[Built]


class PackageReport(NamedTuple):
    """The rendered findings of a package, and what was built, unless findings stop that."""

    text: str
    built: _MaybeBuilt


class BuildAnswer(NamedTuple):
    """One report for each package, in their order. Package n has files in `n/`: FINDINGS, and
    where it was built ARCHIVE and DESCRIPTION."""

    packages: tuple[PackageReport, ...]


class Counts(NamedTuple):
    """How many bytes of YAML a process parsed and packed: what it prints, for `[xpkg].stats`."""

    parsed: int = 0
    packed: int = 0
