"""What the packages of a repository say of themselves, and what they mean to each other: `metas`
and `repository`."""

from typing import NamedTuple, Optional

from xpkg_tool.messages.report import FailOn, RuleSelection

_Text = Optional[str]


class MetaFiles(NamedTuple):
    """The files of the package `name` in which its meta object may be, the likeliest first. One
    that is not there is passed over."""

    name: str
    files: tuple[str, ...]


class MetasRequest(NamedTuple):
    """Reads what packages say of themselves in their meta objects."""

    packages: tuple[MetaFiles, ...]


class DependencyEntry(NamedTuple):
    """An entry of `spec.dependsOn` that names a package: its place in the list, what the package
    manager creates for it, the source, and the constraint or digest, None where there is none."""

    place: int
    api_version: str
    kind: str
    package: str
    constraint: _Text


class PackageMeta(NamedTuple):
    """The meta object in the file `path`. `name` is empty where it has none."""

    path: str
    kind: str
    name: str
    dependencies: tuple[DependencyEntry, ...] = ()


_MaybeMeta = Optional[PackageMeta]


class MetasAnswer(NamedTuple):
    """In the order of the request; None where no file has a meta object that can be read."""

    packages: tuple[_MaybeMeta, ...]


class RepositoryMember(NamedTuple):
    """A package of the repository: its name, the place of its target (`folder/BUILD:1`), the file
    of its meta object ("" for none), the sources that it is published under, its version, and the
    names of those that its target depends on, or not, by hand."""

    name: str
    origin: str
    meta: str
    sources: tuple[str, ...]
    version: _Text
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


class RepositoryRequest(NamedTuple):
    """Says what the `spec.dependsOn` of each package means, and lints the packages together.
    `locks` are paths of lock files: what is locked is no misspelling. XP146 is looked for with
    `suggest_floors` only."""

    packages: tuple[RepositoryMember, ...]
    locks: tuple[str, ...] = ()
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR
    suggest_floors: bool = False


class MeantPackages(NamedTuple):
    """The entry of `spec.dependsOn` at `place`, and the names of the packages that it means:
    several where nothing says which."""

    place: int
    packages: tuple[str, ...]


class MemberReport(NamedTuple):
    """The entries that name packages of the repository, and the rendered findings."""

    entries: tuple[MeantPackages, ...]
    text: str
    failed: bool


class RepositoryAnswer(NamedTuple):
    """In the order of the request. Package n has FINDINGS in `n/`."""

    packages: tuple[MemberReport, ...]
