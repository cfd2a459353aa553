# Written by `python build-support/by_name.py`; do not edit.
"""Builds packages, several in one process of the tool, and keeps their results apart.

The small packages of a bucket are built by one process, or a few that have changed (groups.py); a
package that the command line names is built alone. A large package has processes of its own: its
files are read in shards (shards.py), and one more process lints and packs what was read. One that
is pinned to others is built alone, after these (pinning.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.engine_aware import EngineAwareReturnType
from pants.engine.fs import AddPrefix, Digest, DigestEntries, FileDigest, FileEntry
from pants.engine.process import ProcessExecutionFailure
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import resolve_source_paths
from pants.engine.internals.graph import resolve_target
from pants.engine.intrinsics import add_prefix
from pants.engine.intrinsics import get_digest_entries
from xpkg.building.buckets import find_bucket
from xpkg.building.groups import group_bucket
from xpkg.building.inputs import package_inputs
from xpkg.building.pins import find_pin_targets
from xpkg.building.pins import find_pins
from xpkg.building.shards import analyse_package
from xpkg.building.target_faults import find_target_faults
from xpkg.named_packages import find_few_packages
from xpkg.named_packages import shown_by_lint
from xpkg.tool.run import ask_the_tool
from pants.engine.target import (
    SourcesPaths,
    SourcesPathsRequest,
    WrappedTarget,
    WrappedTargetRequest,
)
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel
from pants.util.strutil import pluralize

from xpkg.building.buckets import Bucket, BucketRequest
from xpkg.building.groups import BucketGroups, BuildOptions, BuiltGroups, Group, is_large
from xpkg.building.inputs import UNREADABLE, PackageInputs, PackageInputsRequest
from xpkg.building.pinning import Pins, PinsRequest, PinTargets, PinTargetsRequest
from xpkg.building.shards import Analysis, AnalysisRequest
from xpkg.building.target_faults import TargetFaults, TargetFaultsRequest
from xpkg.named_packages import (
    FewPackages,
    FewPackagesRequest,
    ShownByLint,
    ShownByLintRequest,
)
from xpkg.target_types import XpkgDependenciesField, XpkgPinDependenciesField, XpkgSourcesField
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.build import BuildAnswer, Built, PackageReport
from xpkg_tool.messages.build import BuildRequest as BuildMessage
from xpkg_tool.messages.codec import MessageError
from xpkg_tool.messages.files import FINDINGS

# Why a package has no `BuildOutcome`: that, and a process of the tool that fails.
CANNOT_BE_BUILT = (*UNREADABLE, MessageError, ProcessExecutionFailure)

NO_FILES: FrozenDict[str, FileDigest] = FrozenDict()


@dataclass(frozen=True)
class BuildRequest:
    """Asks for the `BuildOutcome` of the package at `address`; raises one of CANNOT_BE_BUILT."""

    address: Address


@dataclass(frozen=True)
class BuildOutcome:
    """What became of one package.

    `text` is the rendered findings. `built` is None when they have an error among them. `files` has
    the digests of FINDINGS and, of a package that was built, of ARCHIVE and DESCRIPTION. `blockers`
    are the packages that cannot be built either and that this one is pinned to, directly or by way
    of others: the reason is in their findings.
    """

    address: Address
    text: str
    built: Built | None
    files: FrozenDict[str, FileDigest]
    blockers: tuple[Address, ...] = ()

    @property
    def failed(self) -> bool:
        return self.built is None

    @property
    def image_digest(self) -> str | None:
        """The digest of the image's manifest."""
        return self.built.digest if self.built else None

    def entry(self, name: str, path: str = "") -> FileEntry:
        """The file `name`, at `path` if that is given."""
        return FileEntry(path or name, self.files[name])


@dataclass(frozen=True)
class BuildReport(EngineAwareReturnType):
    """An outcome whose findings are shown, in each run anew, to the person at the terminal.

    It is asked for by a `BuildRequest`, never by the outcome itself. Whether a result of an earlier
    run still holds the engine finds out by asking again for all that it was made from: had that
    been a report on an outcome, findings of that time would be shown once more.
    """

    outcome: BuildOutcome
    # Whether `lint` shows the findings in the same run, as in `pants lint package`.
    shown_by_lint: bool = False

    def level(self) -> LogLevel | None:
        if not self._speaks:
            return LogLevel.DEBUG
        return LogLevel.ERROR if self.outcome.failed else LogLevel.WARN

    @property
    def _speaks(self) -> bool:
        # Why a package was not built is always said: `lint` may come later, or not at all.
        return bool(self.outcome.text) and (self.outcome.failed or not self.shown_by_lint)

    def message(self) -> str | None:
        if not self._speaks:
            return None
        verdict = "has warnings"
        if self.outcome.failed:
            verdict = "cannot be built" if self.outcome.blockers else "does not pass lint"
        return f"{self.outcome.address} {verdict}.\n\n{self.outcome.text}\n"

    def cacheable(self) -> bool:
        return not self.outcome.text


@dataclass(frozen=True)
class _GroupRequest:
    packages: Group
    pins: Pins  # Of the only package; else there are none.


@dataclass(frozen=True)
class _PackageGroup:
    """The packages that share the process of one, and its number among them; whether it is `pinned`
    to others, and whether its target `has_dependencies`, which are written by hand."""

    packages: Group
    number: int
    pinned: bool
    has_dependencies: bool


@dataclass(frozen=True)
class _GroupResult:
    """The report on each package, and its files by their names."""

    reports: tuple[PackageReport, ...]
    files: tuple[FrozenDict[str, FileDigest], ...]


@rule
async def build_group(group: _GroupRequest, options: BuildOptions) -> _GroupResult:
    packages = group.packages
    analyses = await concurrently(
        analyse_package(**implicitly(AnalysisRequest(package))) for package in packages if is_large(package)
    )
    # A large package is alone in its group. What was read holds all that is needed of its files,
    # but not of those that are no part of it.
    paths = analyses[0].paths if analyses else ()
    sources = await concurrently(
        add_prefix(**implicitly(AddPrefix(package.digest, package.folder)))
        for package in packages
        if package.unread or not analyses
    )
    pins = group.pins
    request = BuildMessage(
        tuple(package.message(paths)._replace(pinning=pins.message) for package in packages),
        options.selection,
        options.fail_on,
    )
    inputs = (*sources, *(analysis.digest for analysis in analyses), pins.lock)
    description = f"Building {_names(packages)}"
    built = await ask_the_tool(**implicitly(ToolRequest(request, description, inputs)))
    reports = built.read(BuildAnswer).packages
    # At once for all packages: what the engine does takes longer each time than what is done here.
    files: list[dict[str, FileDigest]] = [{} for _ in reports]
    for entry in await get_digest_entries(**implicitly({built.files: Digest})):
        number, separator, name = entry.path.partition("/")
        if separator and isinstance(entry, FileEntry):
            files[int(number)][name] = entry.file_digest
    return _GroupResult(reports, tuple(map(FrozenDict, files)))


def _names(packages: Group) -> str:
    if len(packages) == 1:
        return packages[0].address.spec
    return pluralize(len(packages), "Crossplane package")


@rule
async def package_group(request: BuildRequest, built: BuiltGroups) -> _PackageGroup:
    """A package that is asked for by its name does not wait for its bucket, and for the BUILD files
    that say which packages are in it."""
    address = request.address
    wrapped = await resolve_target(**implicitly(WrappedTargetRequest(address, "the xpkg backend")))
    pinned = bool(wrapped.target[XpkgPinDependenciesField].value)
    sources = wrapped.target[XpkgSourcesField]
    if sources.value != sources.default:
        # For globs that match nothing Pants does what [GLOBAL].unmatched_build_file_globs says.
        # Of the default ones the tool has more to say.
        await resolve_source_paths(**implicitly(SourcesPathsRequest(sources.package_sources)))
    has_dependencies = bool(wrapped.target[XpkgDependenciesField].value)
    # Raises what Pants has to say of a target whose inputs cannot be had.
    own = await package_inputs(**implicitly(PackageInputsRequest(wrapped.target)))
    group: Group | None = (own,) if pinned else built.of(own)
    if group is None:
        # Of a package that was built this must not be asked: the engine would look at all packages
        # again whenever a command names others than the one before.
        few = await find_few_packages(**implicitly(FewPackagesRequest()))
        if address in few.addresses:
            group = (own,)
        else:
            bucket = await find_bucket(**implicitly(BucketRequest(address)))
            groups = await group_bucket(**implicitly({bucket: Bucket}))
            group = groups.of[own]
    return _PackageGroup(group, group.index(own), pinned, has_dependencies)


@rule
async def build_package(request: BuildRequest, built_groups: BuiltGroups) -> BuildOutcome:
    address = request.address
    group = await package_group(**implicitly({request: BuildRequest}))
    number = group.number
    pins = Pins()
    blockers: dict[Address, None] = {}
    if group.pinned:
        targets = await find_pin_targets(**implicitly(PinTargetsRequest(address)))
        outcomes = await concurrently(build_package(**implicitly(BuildRequest(a))) for a in targets.addresses)
        digests = tuple(outcome.image_digest for outcome in outcomes)
        for outcome in outcomes:
            if outcome.failed:
                blockers.update(dict.fromkeys((outcome.address, *outcome.blockers)))
        pins = await find_pins(**implicitly(PinsRequest(address, targets, digests)))
    built = await build_group(**implicitly(_GroupRequest(group.packages, pins)))
    if not group.pinned:
        built_groups.add(group.packages[number], group.packages)
    report, files = built.reports[number], built.files[number]
    faults = TargetFaults()
    if group.has_dependencies:
        faults = await find_target_faults(**implicitly(TargetFaultsRequest(address)))
    if faults.text or pins.problem:
        text = "\n\n".join(filter(None, (faults.text, pins.problem, report.text)))
        files = FrozenDict({FINDINGS: files[FINDINGS]})
        return BuildOutcome(address, text, None, files, tuple(blockers))
    return BuildOutcome(address, report.text, report.built, files)


@rule(desc="Check Crossplane package", level=LogLevel.DEBUG)
async def report_build(request: BuildRequest) -> BuildReport:
    outcome = await build_package(**implicitly({request: BuildRequest}))
    if not outcome.text:
        return BuildReport(outcome)
    shown = await shown_by_lint(**implicitly(ShownByLintRequest(request.address)))
    return BuildReport(outcome, shown.value)


def rules() -> Iterable[Any]:
    return collect_rules()
