"""What the two programs say to each other: the backend's requests and the tool's answers.

The backend (`xpkg`) runs `python -m xpkg_tool COMMAND REQUEST OUTPUT`. The file REQUEST holds one
of the requests below, and the folder OUTPUT then holds its answer, in ANSWER, where the command has
one, and the files that are named with it. Paths are relative to the process's working directory
unless a field says otherwise. Where the tool cannot do its work its exit code is not 0; what is
wrong with a package or a registry is part of the answer.

This is the one module of the tool that the backend imports, so it imports the standard library
only. Two kinds of JSON are the tool's own and not messages, since the backend only passes them on,
and `decode` would be slow: FINDINGS (`Finding.to_json`), and ANALYSES (lint/analysis_json.py), of
which a large package has a megabyte.

The messages are named tuples, not frozen dataclasses: every process of the tool defines all of
them, and that is eight times as fast (0.1 ms for each, instead of 0.8). `decode` reads their types,
so this module does not postpone them with `from __future__ import annotations`.
"""

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, NamedTuple, Optional, TypeVar, Union, get_args, get_origin

# Files of OUTPUT.
ANSWER = "answer.json"
ANALYSES = "analyses.json"  # Of AnalyseRequest.
ARCHIVE = "package.xpkg"  # Of BuildRequest, each below the number of its package.
DESCRIPTION = "package.xpkg.json"
FINDINGS = "findings.json"
LOCK = "xpkg.lock"  # Of LockRequest.
TEXTS = "texts.deflate"  # Of AnalyseRequest, beside ANALYSES.
STREAM = "package.yaml"  # Of ReadFetchedRequest; of FetchRequest below the number of its package.
MANIFEST = "manifest.yaml"  # Of InstallRequest.

_Text = Optional[str]
_Globs = Optional[tuple[str, ...]]
_Integer = Optional[int]
_Flag = Optional[bool]
_TextByKey = Optional[Mapping[str, str]]


class Action(str, Enum):
    """What a plan has for a reference, and what became of it."""

    # What the tool decides.
    PUSH = "push"
    TAG_ONLY = "tag only"
    UP_TO_DATE = "up to date"  # The tag has the digest; nothing is written, or was.
    REFUSED = "refused"  # The tag is a release that exists with another digest.
    FAILED = "failed"
    # What the backend decides: because of other references and packages, or by an option.
    LEFT_OUT = "left out"
    NOT_ASKED_FOR = "not asked for"
    SKIP = "skip"
    # What became of what was to be written.
    PUSHED = "pushed"  # Blobs and manifests were sent or found there, and the tag was put.
    TAGGED = "tagged"  # The repository was known to have the manifest.

    def __str__(self) -> str:
        return self.value


class FailOn(Enum):
    """From which severity on findings fail."""

    ERROR = "error"
    WARNING = "warning"


ReportFormat = Literal["github", "json", "sarif", "text"]

# How a manifest names the packages that it installs (dependencies/install/model.py).
InstallMode = Literal["tag", "pinned", "unresolved"]


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
    together cover all its files, the files themselves are not read."""

    name: str
    root: str
    sources: tuple[str, ...]
    examples: tuple[str, ...]
    examples_expected: bool
    package_type: _Text
    analyses: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    pinning: _MaybePinning = None


class RuleSelection(NamedTuple):
    """Codes of lint rules or prefixes of them, as in `[xpkg]`; `per_path_ignores` is by glob."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, tuple[str, ...]] = {}


class BuildRequest(NamedTuple):
    """Lints and builds packages."""

    packages: tuple[PackageToBuild, ...]
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR


class PackageReport(NamedTuple):
    """The rendered findings of a package, and the digest of the image's manifest; None where
    findings stop the build."""

    text: str
    digest: _Text


class BuildAnswer(NamedTuple):
    """One report for each package, in their order. Package n has files in `n/`: FINDINGS, and
    where it was built ARCHIVE and DESCRIPTION."""

    packages: tuple[PackageReport, ...]


class ReportRequest(NamedTuple):
    """Writes the findings in all these FINDINGS to one file for each format: the answer."""

    findings: tuple[str, ...]
    formats: tuple[ReportFormat, ...]


class TailorRequest(NamedTuple):
    """Looks for packages in YAML files; packages in `owned` files have a target."""

    files: tuple[str, ...]
    owned: tuple[str, ...]


class NewTarget(NamedTuple):
    """A target to write: in the BUILD file of `directory`, with the fields that are not None.

    `files` are the paths of its source files, `comments` the lines to put above it.
    """

    directory: str
    name: _Text
    sources: _Globs
    examples: _Globs
    comments: tuple[str, ...]
    files: tuple[str, ...]


class TailorAnswer(NamedTuple):
    """`projects` are files from which another program makes packages."""

    targets: tuple[NewTarget, ...]
    projects: tuple[str, ...]


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


GraphFormat = Literal["dot", "json", "mermaid", "tree"]
# Whether the registries have a package as it is built here: in all of its references, under none of
# them, in some of them, or with another digest; "unknown" where one could not be looked up.
PublishedState = Literal["published", "never published", "partly published", "drifted", "unknown"]


class GraphRequest(NamedTuple):
    """Draws the packages `named` and all that they depend on; all packages where none is named.
    `locks` are paths of lock files; by package, `lock_of` has that of its resolve, which need not
    be there, and `states` what the registries have."""

    packages: tuple[RepositoryMember, ...]
    format: GraphFormat
    named: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    lock_of: Mapping[str, str] = {}
    states: Mapping[str, PublishedState] = {}


class GraphAnswer(NamedTuple):
    """The graph as text, or why there is none: `problem`."""

    text: str
    problem: str = ""


class RegistryOptions(NamedTuple):
    """`insecure`: plain HTTP. `ca_file`: a PEM file of authorities to trust beside the usual ones,
    "" for none. `mutable_tags`: globs; no other tag is ever moved to another digest."""

    insecure: bool = False
    ca_file: str = ""
    mutable_tags: tuple[str, ...] = ()


class PackageToPlan(NamedTuple):
    """A package that is to be published: its name (for messages), the digest of its manifest or
    index, and its references as they were given."""

    name: str
    digest: str
    references: tuple[str, ...]


class PlanRequest(NamedTuple):
    """Looks up what publishing would do; nothing is written.

    Paths of OCI layouts and of `ca_file` start from `directory`. `connections` is how many
    requests are under way at once, at most. `registries` is by `<host>[:<port>]` or
    `oci-layout:<directory>`. `by_digest` asks for manifests as well, which tells TAG_ONLY from
    PUSH."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    packages: tuple[PackageToPlan, ...]
    by_digest: bool = False


class PlannedReference(NamedTuple):
    """What is to become of one reference.

    `local` is the package's digest; `remote` the one that the tag has in the registry, None where
    there is no such tag or it was not looked up. `why` is a short sentence. `message` is the whole
    error where there is one, and `error` the same without its place: equal for all references that
    share it, so that it can be shown once. `configuration`: it is wrong whatever the registry has.
    """

    reference: str
    local: str
    remote: _Text
    action: Action
    why: str
    message: str = ""
    error: str = ""
    configuration: bool = False


class PlannedPackage(NamedTuple):
    """References in the order in which they were asked for. Nothing of the package may be written
    while one of them is REFUSED or FAILED."""

    name: str
    references: tuple[PlannedReference, ...]


class PlanAnswer(NamedTuple):
    """The packages in the order of the request, and how many requests it took."""

    requests: int
    packages: tuple[PlannedPackage, ...]


class PackageToPublish(NamedTuple):
    """A package to publish from the file `archive` as it was planned. `mount_from` has, by
    registry, repositories that may hold the same blobs. `after` are the numbers, in the request, of
    earlier packages that have to be published first."""

    name: str
    digest: str
    archive: str
    references: tuple[PlannedReference, ...]
    mount_from: Mapping[str, tuple[str, ...]] = {}
    after: tuple[int, ...] = ()


class PublishRequest(NamedTuple):
    """Publishes packages; the other fields are as in PlanRequest. To the file `events` (an absolute
    path, "" for none), a PublishEvent is added as one line each time something has happened."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    packages: tuple[PackageToPublish, ...]
    events: str = ""


class Transfer(NamedTuple):
    """What publishing under one reference took, in bytes, blobs, requests and seconds.

    Manifests count as sent; mounted blobs, which came from another repository of the registry,
    count as bytes that were skipped."""

    bytes_sent: int = 0
    bytes_skipped: int = 0
    blobs_sent: int = 0
    blobs_skipped: int = 0
    blobs_mounted: int = 0
    requests: int = 0
    seconds: float = 0.0


class PublishedReference(NamedTuple):
    """What became of one reference. `message` and `error` are as in PlannedReference."""

    reference: str
    digest: str
    action: Action
    transfer: Transfer
    message: str = ""
    error: str = ""


class PublishedPackage(NamedTuple):
    """What became of a package: its references in the order of the request; none where nothing was
    written because the packages `failed`, on which it depends, directly or not, were not
    published."""

    name: str
    references: tuple[PublishedReference, ...] = ()
    failed: tuple[str, ...] = ()


_Done = Optional[PublishedPackage]


class PublishEvent(NamedTuple):
    """The package `name` is about to be sent; or, with `published`, it is done."""

    name: str
    published: _Done = None


class PublishAnswer(NamedTuple):
    """The packages in the order of the request."""

    packages: tuple[PublishedPackage, ...]


class PackageToLock(NamedTuple):
    """Who asks for external packages: the name that a lock has for it, and the file with its meta
    object, of a package; or the `sources` that are to be installed, in whichever version."""

    name: str
    file: str = ""
    sources: tuple[str, ...] = ()


class LockRequest(NamedTuple):
    """Locks the external packages that packages depend on. The other output is LOCK, where nothing
    prevents one.

    `lock` is the lock that there is, if any. `own` has the names of the repository's own packages
    by the sources that are not to be locked; `upgrade` are sources whose locked versions need not
    be kept, `*` for all. The other fields are as in PlanRequest."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    lock: str
    packages: tuple[PackageToLock, ...]
    own: Mapping[str, str]
    upgrade: tuple[str, ...] = ()


class LockAnswer(NamedTuple):
    """How many packages are locked, a line for each that differs, and which of `upgrade` name no
    package. `error` is all that prevents a lock."""

    packages: int = 0
    changes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    error: str = ""


class CheckLockRequest(NamedTuple):
    """Compares a lock with the packages that it is for. `own` are the sources of the repository's
    own packages, `command` what writes the lock again. `shown` are files like FINDINGS: what is
    said there of the same line is not said again."""

    lock: str
    packages: tuple[PackageToLock, ...]
    own: tuple[str, ...]
    command: str
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR
    shown: tuple[str, ...] = ()


class LockReport(NamedTuple):
    """The rendered findings in one file: the lock, or that with a package's meta object."""

    path: str
    text: str
    failed: bool


class CheckLockAnswer(NamedTuple):
    """Of the files with findings. Report n has FINDINGS in `n/`."""

    reports: tuple[LockReport, ...]


class PackageToFetch(NamedTuple):
    """A package of another repository: its source, and the digest of its manifest or index."""

    source: str
    digest: str


class FetchRequest(NamedTuple):
    """Fetches packages, in place of those that the cache in the folder `cache` has, and keeps them
    there. `directory`, `connections` and `registries` are as in PlanRequest."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    cache: str
    packages: tuple[PackageToFetch, ...]


class FetchedEntry(NamedTuple):
    """What became of a package: the digests of an index's manifests by `os/architecture`, or the
    error where it could not be fetched."""

    platforms: Mapping[str, str] = {}
    error: str = ""


class FetchAnswer(NamedTuple):
    """In the order of the request. Package n, if it was fetched, is the file STREAM in `n/`."""

    packages: tuple[FetchedEntry, ...]


class ReadFetchedRequest(NamedTuple):
    """Reads a package from the cache in the folder `cache`. The answer has the file STREAM. The
    exit code is not 0 where the cache does not have it."""

    package: PackageToFetch
    cache: str


class ReadFetchedAnswer(NamedTuple):
    """`platforms` as in FetchedEntry."""

    platforms: Mapping[str, str]


class InstallOptions(NamedTuple):
    """Fields of the objects that install packages, None for those that are not set: of
    pkg.crossplane.io/v1, as its API describes them. `reference` is how the object of a single
    package names it, `tag`, `digest` or `tag@digest`, where that is not as the mode says."""

    revision_activation_policy: _Text = None
    revision_history_limit: _Integer = None
    package_pull_policy: _Text = None
    package_pull_secrets: _Globs = None
    runtime_config_ref: _TextByKey = None
    common_labels: _TextByKey = None
    common_annotations: _TextByKey = None
    skip_dependency_resolution: _Flag = None
    ignore_crossplane_constraints: _Flag = None
    reference: _Text = None


class PackageToInstall(NamedTuple):
    """A package of the repository: `name` is that of its target, `source` what dependents call it,
    `tags` those that it is published under, `description` the path of its DESCRIPTION.
    `compositions` are the source files in which functions may be called. For messages, `place` is
    that of the target (`folder/BUILD:1`), and `meta` the source file with the meta object."""

    name: str
    source: str
    tags: tuple[str, ...]
    description: str
    compositions: tuple[str, ...] = ()
    place: str = ""
    meta: str = ""


class InstallRequest(NamedTuple):
    """Makes the manifest that installs the packages with the sources `roots` and all that they
    depend on, of these packages and of those in the lock file `lock` ("" for none), which `command`
    writes. `overrides` are by name or source of a package; `place` is that of the target."""

    place: str
    roots: tuple[str, ...]
    packages: tuple[PackageToInstall, ...]
    lock: str = ""
    command: str = "xpkg lock"
    mode: InstallMode = "tag"
    options: InstallOptions = InstallOptions()
    overrides: Mapping[str, InstallOptions] = {}
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR


class InstalledObject(NamedTuple):
    """An object of a manifest: its kind, its name, the reference of its package, and where that
    comes from: the name of a PackageToInstall, or the lock."""

    kind: str
    name: str
    package: str
    origin: str


class InstallAnswer(NamedTuple):
    """The rendered findings. Unless these stop it, the manifest is the file MANIFEST, with these
    objects, dependencies first."""

    text: str
    made: bool
    objects: tuple[InstalledObject, ...] = ()


class DeployRequest(NamedTuple):
    """Applies the file `manifest` of these objects with the user's kubectl, in the context
    `context` ("" for the current one), and waits up to `timeout` seconds until they are installed
    and healthy. Prints as it goes; the exit code is the answer. `name` is that of the target. A dry
    run does not publish; `publish_plan` is the command that shows what that would do, "" where it
    is shown or there is nothing to publish."""

    manifest: str
    objects: tuple[InstalledObject, ...]
    context: str = ""
    timeout: float = 600
    dry_run: bool = False
    force_conflicts: bool = False
    name: str = ""
    publish_plan: str = ""


class Counts(NamedTuple):
    """How many bytes of YAML a process parsed and packed: what it prints, for `[xpkg].stats`."""

    parsed: int = 0
    packed: int = 0


Request = Union[
    AnalyseRequest,
    BuildRequest,
    ReportRequest,
    TailorRequest,
    MetasRequest,
    RepositoryRequest,
    GraphRequest,
    InstallRequest,
    DeployRequest,
    PlanRequest,
    PublishRequest,
    LockRequest,
    CheckLockRequest,
    FetchRequest,
    ReadFetchedRequest,
]
Answer = Union[
    BuildAnswer,
    TailorAnswer,
    MetasAnswer,
    RepositoryAnswer,
    GraphAnswer,
    InstallAnswer,
    PlanAnswer,
    PublishAnswer,
    LockAnswer,
    CheckLockAnswer,
    FetchAnswer,
    ReadFetchedAnswer,
]

# The requests by the names of their commands, and the answers by their requests.
REQUESTS: Mapping[str, type[Any]] = {
    "analyse": AnalyseRequest,
    "build": BuildRequest,
    "report": ReportRequest,
    "tailor": TailorRequest,
    "metas": MetasRequest,
    "repository": RepositoryRequest,
    "graph": GraphRequest,
    "install": InstallRequest,
    "deploy": DeployRequest,
    "plan": PlanRequest,
    "publish": PublishRequest,
    "lock": LockRequest,
    "check-lock": CheckLockRequest,
    "fetch": FetchRequest,
    "read-fetched": ReadFetchedRequest,
}
ANSWERS: Mapping[type[Any], type[Any]] = {
    BuildRequest: BuildAnswer,
    TailorRequest: TailorAnswer,
    MetasRequest: MetasAnswer,
    RepositoryRequest: RepositoryAnswer,
    GraphRequest: GraphAnswer,
    InstallRequest: InstallAnswer,
    PlanRequest: PlanAnswer,
    PublishRequest: PublishAnswer,
    LockRequest: LockAnswer,
    CheckLockRequest: CheckLockAnswer,
    FetchRequest: FetchAnswer,
    ReadFetchedRequest: ReadFetchedAnswer,
}


def command_of(request: Request) -> str:
    """The name of the command that takes the request."""
    return next(name for name, form in REQUESTS.items() if type(request) is form)


class MessageError(ValueError):
    """JSON that is not the expected message. One sentence that names the field, such as
    `packages[0].digest: must be a string, got "integer"`."""


T = TypeVar("T", bound=tuple[Any, ...])

_SCALARS = (bool, float, int, str)
_KINDS = {
    type(None): "null",
    bool: "boolean",
    float: "number",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


def encode(message: tuple[Any, ...]) -> bytes:
    """The message as JSON, in ASCII: paths may hold bytes that are not UTF-8 (as `surrogateescape`
    has them)."""
    return json.dumps(to_json(message), separators=(",", ":")).encode("ascii")


def decode(form: type[T], text: bytes) -> T:
    """The inverse of `encode` for a message of the type `form`. Raises MessageError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"{form.__name__}: is not JSON: {error}") from None
    read: T = _read(form, value, "")
    return read


def to_json(value: Any) -> Any:
    """A message or the value of a field, as `json` takes it: objects with the names of the fields
    in camel case."""
    if hasattr(value, "_fields"):
        return {_key(n): to_json(v) for n, v in zip(value._fields, value)}
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return value.value if isinstance(value, Enum) else value


def _key(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _read(form: Any, value: Any, where: str) -> Any:
    if form in _SCALARS:
        if type(value) is form or (form is float and type(value) is int):
            return value
        raise _unfit(where, form, value)
    if hasattr(form, "_fields"):
        return _read_message(form, value, where)
    origin, arguments = get_origin(form), get_args(form)
    if origin is tuple:
        if type(value) is not list:
            raise _unfit(where, list, value)
        item = arguments[0]
        # A large package has tens of thousands of paths.
        if item is str and all(type(entry) is str for entry in value):
            return tuple(value)
        return tuple(_read(item, entry, f"{where}[{n}]") for n, entry in enumerate(value))
    if origin is Mapping:
        if type(value) is not dict:
            raise _unfit(where, dict, value)
        item = arguments[1]
        return {
            key: _read(item, entry, f"{where}[{json.dumps(key)}]") for key, entry in value.items()
        }
    if origin is Union:  # With None.
        return None if value is None else _read(arguments[0], value, where)
    allowed = arguments or tuple(member.value for member in form)
    if value not in allowed:
        raise MessageError(
            f"{where}: must be one of {', '.join(map(json.dumps, allowed))}, "
            f"got {json.dumps(value) if isinstance(value, str) else _kind(value)}"
        )
    return value if arguments else form(value)


def _read_message(form: Any, value: Any, where: str) -> Any:
    if type(value) is not dict:
        raise _unfit(where or form.__name__, dict, value)
    below = f"{where}." if where else ""
    given = dict(value)
    fields = {}
    for name, type_of_field in form.__annotations__.items():
        key = _key(name)
        if key in given:
            fields[name] = _read(type_of_field, given.pop(key), f"{below}{key}")
        elif name not in form._field_defaults:
            raise MessageError(f"{below}{key}: is required")
    for key in given:
        raise MessageError(f"{below}{key}: is not a field of {form.__name__}")
    return form(**fields)


def _unfit(where: str, expected: type[Any], value: Any) -> MessageError:
    kind = _KINDS[expected]
    article = "an" if kind[0] in "aio" else "a"
    return MessageError(f"{where}: must be {article} {kind}, got {_kind(value)}")


def _kind(value: Any) -> str:
    return f'"{_KINDS[type(value)]}"'
