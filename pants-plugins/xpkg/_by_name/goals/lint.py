# Written by `python build-support/by_name.py`; do not edit.
"""`pants lint`: shows all findings of all packages at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.lint import LintResult, LintTargetsRequest, Partitions
from pants.core.util_rules.partitions import PartitionerType
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.intrinsics import create_digest
from xpkg.building.build import build_package
from xpkg.building.lint_reports import write_lint_reports
from xpkg.dependencies.check import check_repository
from xpkg.dependencies.check import member_findings
from xpkg.dependencies.lock_check import check_locks
from pants.engine.target import FieldSet, Target
from pants.util.logging import LogLevel

from xpkg.building.build import BuildOutcome, BuildRequest
from xpkg.building.lint_reports import LintReportsRequest
from xpkg.dependencies.check import (
    MemberFindings,
    MemberFindingsRequest,
    RepositoryCheck,
    RepositoryCheckRequest,
)
from xpkg.dependencies.lock_check import LockCheck, LockCheckRequest
from xpkg.dependencies.metas import PackageTargets
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgPinDependenciesField, XpkgSkipLintField, XpkgSourcesField
from xpkg_tool.messages.files import FINDINGS


@dataclass(frozen=True)
class XpkgLintFieldSet(FieldSet):
    required_fields = (XpkgSourcesField,)

    @classmethod
    def opt_out(cls, tgt: Target) -> bool:
        return tgt[XpkgSkipLintField].value


class XpkgLintRequest(LintTargetsRequest):
    field_set_type = XpkgLintFieldSet
    tool_subsystem = XpkgSubsystem
    partitioner_type = PartitionerType.CUSTOM


@dataclass(frozen=True)
class LintedPackages:
    """All packages to lint, sorted. They are one element: Pants splits a long list into batches,
    each with a result and report files of its own."""

    addresses: tuple[Address, ...]


@rule
async def all_at_once(
    request: XpkgLintRequest.PartitionRequest[XpkgLintFieldSet], xpkg: XpkgSubsystem
) -> Partitions[LintedPackages, Any]:
    addresses = sorted(field_set.address for field_set in request.field_sets)
    if xpkg.skip or not addresses:
        return Partitions()
    return Partitions.single_partition([LintedPackages(tuple(addresses))])


@rule(desc="Lint Crossplane packages", level=LogLevel.DEBUG)
async def lint_xpkgs(
    request: XpkgLintRequest.Batch[LintedPackages, Any],
    xpkg: XpkgSubsystem,
    targets: PackageTargets,
) -> LintResult:
    (packages,) = request.elements
    # Packing is a small part of a build, so lint asks for the whole build: `lint package` and a
    # later `package` reuse it.
    outcomes = await concurrently(
        build_package(**implicitly(BuildRequest(address))) for address in packages.addresses
    )
    # Why a package cannot be pinned is said where it is wrong.
    blockers = {a for outcome in outcomes for a in outcome.blockers}.difference(packages.addresses)
    blocking = await concurrently(
        build_package(**implicitly(BuildRequest(address))) for address in sorted(blockers)
    )
    check = await check_repository(**implicitly(RepositoryCheckRequest()))
    members = [check.of(address) for address in packages.addresses]
    of_pinned = [
        outcome
        for address, outcome in zip(packages.addresses, outcomes)
        if targets.by_address[address][XpkgPinDependenciesField].value
    ]
    digests = await concurrently(create_digest(**implicitly(CreateDigest([o.entry(FINDINGS)]))) for o in of_pinned)
    pinned = tuple((o.address, digest) for o, digest in zip(of_pinned, digests))
    locks = await check_locks(**implicitly(LockCheckRequest(packages.addresses, pinned)))
    report = EMPTY_DIGEST
    if xpkg.report_formats:
        together = await concurrently(
            member_findings(**implicitly(MemberFindingsRequest(address))) for address in packages.addresses
        )
        findings = await concurrently(
            create_digest(**implicitly(CreateDigest([outcome.entry(FINDINGS)])))
            for outcome in (*outcomes, *blocking)
        )
        findings += tuple(found.digest for found in together if found.digest != EMPTY_DIGEST)
        findings += locks.findings
        report = await write_lint_reports(**implicitly(LintReportsRequest(findings, xpkg.report_formats)))
    failed = any(outcome.failed or member.failed for outcome, member in zip(outcomes, members))
    texts = [text for o, m in zip(outcomes, members) for text in (o.text, m.text)]
    texts += [outcome.text for outcome in blocking]
    return LintResult(
        exit_code=1 if failed or locks.failed else 0,
        # What is wrong with a lock is the same for all packages that are pinned by it.
        stdout="\n\n".join(filter(None, dict.fromkeys((*texts, locks.text)))),
        stderr="",
        linter_name=request.tool_name,
        partition_description=None,
        report=report,
    )


def rules() -> Iterable[Any]:
    return (*collect_rules(), *XpkgLintRequest.rules())
