"""Publishes a package: after those it depends on, in one process, if there is anything to write."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, DigestContents, MergeDigests
from pants.engine.process import FallibleProcessResult, Process, ProcessCacheScope
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.option.global_options import GlobalOptions
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.building.build import ARCHIVE
from xpkg.publishing.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.failure import broken_off
from xpkg.publishing.lookup import PublishPlanRequest, registry_options
from xpkg.publishing.plan import (
    FAILED,
    LEFT_OUT,
    UP_TO_DATE,
    PlannedPackage,
    PlannedReference,
    PublishPlan,
)
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.fresh import Fresh
from xpkg.tool.process import ToolProcess, json_file

logger = logging.getLogger(__name__)

_REQUEST = "xpkg-request.json"
_OUTPUT = "xpkg-output"

PUSHED = "pushed"
TAGGED = "tagged"
REFUSED_THEN = "refused"
PUBLISHED = (PUSHED, TAGGED, UP_TO_DATE)


@dataclass(frozen=True)
class PublishedRequest:
    """Asks for what becomes of the package at `address` in the plan for `named`."""

    address: Address
    named: tuple[Address, ...]


@dataclass(frozen=True)
class PublishedReference:
    """What became of a planned reference.

    `error` is the message without its place, as in the plan. `transfer` holds the tool's numbers,
    where it ran: bytes_sent, bytes_skipped, blobs_sent, blobs_skipped, blobs_mounted, requests,
    seconds.
    """

    planned: PlannedReference
    action: str
    why: str = ""
    message: str = ""
    error: str = ""
    transfer: FrozenDict[str, Any] = field(default_factory=FrozenDict)

    @property
    def failed(self) -> bool:
        return self.action in (FAILED, REFUSED_THEN)


@dataclass(frozen=True)
class Published(Fresh):
    """What became of a package."""

    package: PlannedPackage
    references: tuple[PublishedReference, ...]

    @property
    def address(self) -> Address:
        return self.package.address

    @property
    def failed(self) -> bool:
        return any(reference.failed for reference in self.references)


@rule
async def publish_package(
    request: PublishedRequest, xpkg: XpkgSubsystem, global_options: GlobalOptions
) -> Published:
    plan = await Get(PublishPlan, PublishPlanRequest(request.named))
    package = plan.package(request.address)
    if not package.to_write:
        return Published(package, tuple(map(_as_planned, package.references)))
    lanes = min(max(1, xpkg.publish_connections), len(plan.to_write))
    before = plan.before(request.address, lanes)
    dependencies = await MultiGet(
        Get(Published, PublishedRequest(address, request.named))
        for address in package.candidate.dependencies
    )
    if before is not None:
        await Get(Published, PublishedRequest(before, request.named))
    failed = [dependency.address.spec for dependency in dependencies if dependency.failed]
    if failed:
        return _left_out(package, failed)
    beginning = (
        f"Publishing {package.address} ({plan.number(request.address)} of {len(plan.to_write)}, "
        f"{package.candidate.size:,} bytes)"
    )
    environment = await Get(PublishEnvironment, PublishEnvironmentRequest())
    question = {
        "directory": get_buildroot(),
        "connections": max(1, xpkg.publish_connections) // lanes,
        "registries": registry_options(r.destination for r in package.to_write),
        "name": package.address.spec,
        "digest": package.candidate.digest,
        "archive": ARCHIVE,
        "references": [
            {"reference": r.reference, "remote": r.remote, "action": r.action}
            for r in package.to_write
        ],
        "mountFrom": _mount_from(package),
    }
    request_digest = await Get(Digest, CreateDigest([json_file(_REQUEST, question)]))
    input_digest = await Get(Digest, MergeDigests([request_digest, package.candidate.files]))
    process = await Get(
        Process,
        ToolProcess(
            args=("publish", _REQUEST, _OUTPUT),
            input_digest=input_digest,
            output_directory=_OUTPUT,
            description=beginning,
            cache_scope=ProcessCacheScope.PER_SESSION,
            # For a person at a terminal: what is under way, and for how long. A log has its line.
            level=LogLevel.INFO if global_options.dynamic_ui else LogLevel.DEBUG,
            env=environment.variables,
        ),
    )
    if not global_options.dynamic_ui:
        # Pants hands over a process's output when the process has ended, so this is said here.
        logger.info(beginning)
    result = await Get(FallibleProcessResult, Process, process)
    files = await Get(DigestContents, Digest, result.output_digest)
    if result.exit_code or not files:
        message = broken_off(f"Publishing {package.address}", result)
        return _all_written(package, {}, message)
    answer = json.loads(files[0].content)
    return _all_written(package, {entry["reference"]: entry for entry in answer["references"]}, "")


def _as_planned(planned: PlannedReference) -> PublishedReference:
    return PublishedReference(planned, planned.action, planned.why, planned.message, planned.error)


def _left_out(package: PlannedPackage, failed: Iterable[str]) -> Published:
    why = f"depends on {', '.join(failed)}, which failed"
    message = f"{package.address} is not published: it {why}. Run it again when that is fixed."
    return Published(
        package,
        tuple(
            PublishedReference(planned, LEFT_OUT, why, message)
            if planned in package.to_write
            else _as_planned(planned)
            for planned in package.references
        ),
    )


def _all_written(
    package: PlannedPackage, entries: Mapping[str, Mapping[str, Any]], message: str
) -> Published:
    return Published(
        package,
        tuple(
            _written(planned, entries.get(planned.reference), message)
            if planned in package.to_write
            else _as_planned(planned)
            for planned in package.references
        ),
    )


def _written(
    planned: PlannedReference, entry: Mapping[str, Any] | None, message: str
) -> PublishedReference:
    if entry is None:
        return PublishedReference(planned, FAILED, "the process broke off", message)
    succeeded = entry["action"] in PUBLISHED
    return PublishedReference(
        planned,
        entry["action"],
        planned.why if succeeded else "",
        entry["message"] or "",
        entry["error"] or "",
        FrozenDict(
            bytes_sent=entry["bytesSent"],
            bytes_skipped=entry["bytesSkipped"],
            blobs_sent=entry["blobsSent"],
            blobs_skipped=entry["blobsSkipped"],
            blobs_mounted=entry["blobsMounted"],
            requests=entry["requests"],
            seconds=entry["seconds"],
        ),
    )


def _mount_from(package: PlannedPackage) -> dict[str, list[str]]:
    """The repositories that are known to hold the same blobs, by registry."""
    found: dict[str, list[str]] = {}
    for reference in package.references:
        if reference.action == UP_TO_DATE:
            host = reference.destination.registry.host
            found.setdefault(host, []).append(reference.destination.repository_on_host)
    return {host: sorted(set(repositories)) for host, repositories in found.items()}


def rules() -> Iterable[Any]:
    return collect_rules()
