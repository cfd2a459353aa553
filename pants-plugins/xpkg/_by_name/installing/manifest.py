# Written by `python build-support/by_name.py`; do not edit.
"""The manifest of an `xpkg_install` target: what is installed comes from the packages as they are
built and from the lock; the tool puts it together."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.engine.addresses import Address, UnparsedAddressInputs
from pants.engine.engine_aware import EngineAwareReturnType
from pants.engine.fs import (
    EMPTY_DIGEST,
    CreateDigest,
    Digest,
    DigestContents,
    DigestSubset,
    FileEntry,
    MergeDigests,
    PathGlobs,
)
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import resolve_target
from pants.engine.internals.graph import resolve_targets
from pants.engine.intrinsics import create_digest
from pants.engine.intrinsics import digest_subset_to_digest
from pants.engine.intrinsics import get_digest_contents
from pants.engine.intrinsics import merge_digests
from xpkg.building.inputs import package_inputs
from xpkg.dependencies.resolves import find_lock_file
from xpkg.publishing.candidate import publish_candidate
from xpkg.tool.run import ask_the_tool
from pants.engine.target import Target, Targets, WrappedTarget, WrappedTargetRequest
from pants.util.docutil import bin_name
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.building.inputs import PackageInputs, PackageInputsRequest
from xpkg.dependencies.resolves import (
    LockFile,
    LockFileRequest,
    Resolve,
    Resolves,
    resolves_of_install,
)
from xpkg.install_target import (
    XpkgInstallCommonAnnotationsField,
    XpkgInstallCommonLabelsField,
    XpkgInstallExternalPackagesField,
    XpkgInstallIgnoreCrossplaneConstraintsField,
    XpkgInstallModeField,
    XpkgInstallOverridesField,
    XpkgInstallPackagePullPolicyField,
    XpkgInstallPackagePullSecretsField,
    XpkgInstallPackagesField,
    XpkgInstallRegistryField,
    XpkgInstallRevisionActivationPolicyField,
    XpkgInstallRevisionHistoryLimitField,
    XpkgInstallRuntimeConfigRefField,
)
from xpkg.installing.references import published_as
from xpkg.publishing.candidate import Candidate, CandidateRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgSourcesField
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.files import DESCRIPTION, MANIFEST
from xpkg_tool.messages.install import (
    InstallAnswer,
    InstalledObject,
    InstallMode,
    InstallOptions,
    InstallRequest,
    PackageToInstall,
)

_PIPELINES = frozenset({"Composition", "CronOperation", "Operation", "WatchOperation"})
_MODES: tuple[InstallMode, ...] = ("tag", "pinned", "unresolved")


@dataclass(frozen=True)
class InstallManifestRequest:
    """Asks for the `InstallManifest` of the `xpkg_install` target at `address`."""

    address: Address


@dataclass(frozen=True)
class InstallManifest:
    """`digest` holds MANIFEST, or nothing where `text`, what is wrong, has an error in it.

    `objects` are those of the manifest, dependencies first. `packages` are the packages of this
    repository among them, and `not_built` those that cannot be built, which their own findings
    explain."""

    address: Address
    text: str
    digest: Digest
    objects: tuple[InstalledObject, ...] = ()
    packages: tuple[Address, ...] = ()
    not_built: tuple[Address, ...] = ()

    @property
    def failed(self) -> bool:
        return self.digest == EMPTY_DIGEST


@dataclass(frozen=True)
class InstallReport(EngineAwareReturnType):
    """A manifest of which what is wrong is shown, in each run anew.

    It is asked for by an `InstallManifestRequest`, never by the manifest itself: see BuildReport.
    """

    manifest: InstallManifest

    def level(self) -> LogLevel | None:
        if not self.manifest.text:
            return LogLevel.DEBUG
        return LogLevel.ERROR if self.manifest.failed else LogLevel.WARN

    def message(self) -> str | None:
        if not self.manifest.text:
            return None
        verdict = "cannot be installed" if self.manifest.failed else "has warnings"
        return f"{self.manifest.address} {verdict}.\n\n{self.manifest.text}\n"

    def cacheable(self) -> bool:
        return not self.manifest.text


@dataclass(frozen=True)
class MadeManifest:
    """A manifest that can be used: its findings were shown, and none of them is an error."""

    manifest: InstallManifest


@dataclass(frozen=True)
class _PackageRequest:
    """Asks for what the tool has to know of a package."""

    address: Address
    registry: str | None


@dataclass(frozen=True)
class _Package:
    """A package: the message about it, and the files that this names. `problem` says why there is
    no message."""

    address: Address
    message: PackageToInstall | None = None
    files: Digest = EMPTY_DIGEST
    problem: str = ""
    built: bool = True


@rule
async def install_package(request: _PackageRequest, xpkg: XpkgSubsystem) -> _Package:
    address = request.address
    candidate = await publish_candidate(**implicitly(CandidateRequest(address)))
    if not candidate.digest:
        problem = (
            f"{address}, which it installs, cannot be built.\n  help: Correct the errors of "
            f"{address}, which are shown as well, or with `{bin_name()} lint {address}`."
        )
        return _Package(address, problem=problem, built=False)
    try:
        published = published_as(candidate, request.registry, xpkg.registries)
    except ValueError as error:
        return _Package(address, problem=str(error))
    prefix = f"__{address.path_safe_spec}"
    description_path = f"{prefix}/{DESCRIPTION}"
    entry = FileEntry(description_path, candidate.files[DESCRIPTION])
    description = await create_digest(**implicitly(CreateDigest([entry])))
    (file,) = await get_digest_contents(**implicitly({description: Digest}))
    built = json.loads(file.content)
    pipelines = files_with_pipelines(built, address)
    meta = os.path.join(address.spec_path, built["meta"]["file"])
    wrapped = await resolve_target(**implicitly(WrappedTargetRequest(address, "the xpkg backend")))
    inputs = await package_inputs(**implicitly(PackageInputsRequest(wrapped.target)))
    globs = PathGlobs([*pipelines, meta])
    sources = await digest_subset_to_digest(**implicitly(DigestSubset(inputs.digest, globs)))
    message = PackageToInstall(
        name=address.spec,
        source=published.source,
        tags=published.tags,
        description=description_path,
        compositions=pipelines,
        place=wrapped.target.description_of_origin,
        meta=meta,
    )
    files = await merge_digests(**implicitly(MergeDigests([description, sources])))
    return _Package(address, message, files)


def files_with_pipelines(description: Mapping[str, Any], address: Address) -> tuple[str, ...]:
    """The source files of a package in which functions may be called, by its description."""
    files = {o["file"] for o in description["objects"] if o["kind"] in _PIPELINES}
    return tuple(os.path.join(address.spec_path, file) for file in sorted(files))


@rule
async def install_manifest(
    request: InstallManifestRequest, xpkg: XpkgSubsystem, resolves: Resolves
) -> InstallManifest:
    address = request.address
    wrapped = await resolve_target(**implicitly(WrappedTargetRequest(address, "the xpkg backend")))
    target = wrapped.target
    field = target[XpkgInstallPackagesField]
    named = await resolve_targets(**implicitly({field.to_unparsed_address_inputs(): UnparsedAddressInputs}))
    try:
        check_target(target, named)
        resolve = resolve_of(target, named, resolves, xpkg.default_resolve)
    except ValueError as error:
        text = f"{target.description_of_origin}: error: {error}"
        return InstallManifest(address, text, EMPTY_DIGEST)
    lock = await find_lock_file(**implicitly(LockFileRequest(resolve.path)))
    candidates = await concurrently(publish_candidate(**implicitly(CandidateRequest(t.address))) for t in named)
    roots = {t.address for t in named}
    others = {a for candidate in candidates for a in candidate.dependencies}
    registry = target[XpkgInstallRegistryField].value
    packages = await concurrently(
        install_package(**implicitly(_PackageRequest(a, registry))) for a in sorted({*roots, *others})
    )
    not_built = tuple(package.address for package in packages if not package.built)
    # Of what is only a dependency for Pants, nothing may be needed: the tool sees what is.
    problems = [p.problem for p in packages if p.problem and (p.address in roots or not p.built)]
    if problems:
        start = f"{target.description_of_origin}: error: "
        text = "\n\n".join(f"{start}{problem}" for problem in dict.fromkeys(problems))
        return InstallManifest(address, text, EMPTY_DIGEST, not_built=not_built)
    messages = {p.address: p.message for p in packages if p.message is not None}
    try:
        overrides = named_overrides(
            target[XpkgInstallOverridesField].value or {}, address, messages
        )
    except ValueError as error:
        text = f"{target.description_of_origin}: error: {error}"
        return InstallManifest(address, text, EMPTY_DIGEST)
    message = InstallRequest(
        place=target.description_of_origin,
        roots=(
            *(messages[root].source for root in sorted(roots)),
            *(target[XpkgInstallExternalPackagesField].value or ()),
        ),
        packages=tuple(messages.values()),
        lock=resolve.path if lock.exists else "",
        command=f"{bin_name()} generate-lockfiles --resolve={resolve.name}",
        mode=_mode(target),
        options=_options(target),
        overrides=overrides,
        selection=xpkg.selection(),
        fail_on=xpkg.fail_on,
    )
    inputs = (*(package.files for package in packages), lock.digest)
    asked = await ask_the_tool(**implicitly(ToolRequest(message, f"Making the manifest {address}", inputs)))
    answer = asked.read(InstallAnswer)
    if not answer.made:
        return InstallManifest(address, answer.text, EMPTY_DIGEST)
    digest = await digest_subset_to_digest(**implicitly(DigestSubset(asked.files, PathGlobs([MANIFEST]))))
    installed = {o.origin for o in answer.objects}
    own = tuple(a for a, package in messages.items() if package.name in installed)
    return InstallManifest(address, answer.text, digest, answer.objects, own)


def check_target(target: Target, packages: Iterable[Target]) -> None:
    """Raises ValueError, a sentence and a remedy, for what is wrong with the target itself."""
    packages_field = XpkgInstallPackagesField
    others = [t for t in packages if not t.has_field(XpkgSourcesField)]
    if others:
        names = ", ".join(f"{t.address} ({t.alias})" for t in others)
        raise ValueError(
            f"The '{packages_field.alias}' field in target {target.address} must name xpkg_package "
            f"targets only, but has {names}.\n  help: Remove what is no package."
        )
    if not (target[packages_field].value or target[XpkgInstallExternalPackagesField].value):
        raise ValueError(
            f"The target {target.address} installs nothing.\n"
            "  help: Name packages in `packages`, or sources of the lock in `external_packages`."
        )


def resolve_of(
    target: Target, packages: Iterable[Target], resolves: Resolves, default: str
) -> Resolve:
    """The resolve with the lock for what the target installs. Raises ValueError."""
    addresses = [package.address for package in packages]
    found = resolves_of_install(target, addresses, resolves.of_target, default)
    if len(found) > 1:
        raise ValueError(
            f"The packages that {target.address} installs have several resolves: "
            f"{', '.join(found)}. What is locked apart may not fit together.\n  help: Give each "
            "resolve an xpkg_install target of its own, or say which lock to take with `resolve`."
        )
    (name,) = found
    if name not in resolves.by_name:
        raise ValueError(
            f"The 'resolve' field in target {target.address} must be one of `[xpkg].resolves`, "
            f"but is {name!r}.\n  help: They are: {', '.join(resolves.by_name)}."
        )
    return resolves.by_name[name]


def named_overrides(
    overrides: Mapping[str, InstallOptions],
    address: Address,
    packages: Iterable[Address],
) -> FrozenDict[str, InstallOptions]:
    """The overrides by the names under which the tool knows the packages: where a key is the
    address of one of them, however it is written, its whole address. Raises ValueError where
    several keys are the same address."""
    specs = {package.spec for package in packages}
    found: dict[str, InstallOptions] = {}
    written: dict[str, str] = {}
    for key, options in overrides.items():
        spec = _spec(key, address)
        name = spec if spec in specs else key
        if name in found:
            raise ValueError(
                f"The 'overrides' field in target {address} names {name} more than once: "
                f"{written[name]!r}, {key!r}.\n  help: Put what they say under one of them."
            )
        found[name], written[name] = options, key
    return FrozenDict(found)


def _spec(key: str, owner: Address) -> str:
    path, colon, name = key.rpartition(":") if ":" in key else (key, "", "")
    if colon and not path:
        path = owner.spec_path
    path = path.removeprefix("//")
    prefix = "" if path else "//"
    return f"{prefix}{path}:{name or os.path.basename(path)}"


def _mode(target: Target) -> InstallMode:
    value = target[XpkgInstallModeField].value
    return next(mode for mode in _MODES if mode == value)


def _options(target: Target) -> InstallOptions:
    return InstallOptions(
        revision_activation_policy=target[XpkgInstallRevisionActivationPolicyField].value,
        revision_history_limit=target[XpkgInstallRevisionHistoryLimitField].value,
        package_pull_policy=target[XpkgInstallPackagePullPolicyField].value,
        package_pull_secrets=target[XpkgInstallPackagePullSecretsField].value,
        runtime_config_ref=target[XpkgInstallRuntimeConfigRefField].value,
        common_labels=target[XpkgInstallCommonLabelsField].value,
        common_annotations=target[XpkgInstallCommonAnnotationsField].value,
        ignore_crossplane_constraints=target[XpkgInstallIgnoreCrossplaneConstraintsField].value,
    )


@rule(desc="Make the manifest that installs packages", level=LogLevel.DEBUG)
async def report_install(request: InstallManifestRequest) -> InstallReport:
    return InstallReport(await install_manifest(**implicitly({request: InstallManifestRequest})))


def rules() -> Iterable[Any]:
    return collect_rules()
