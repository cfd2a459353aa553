# Written by `python build-support/by_name.py`; do not edit.
"""`pants xpkg-build`: writes each package that has no error, and names those that have one.

Pants' own `package` writes all that it was asked for or nothing: a rule that raises stops it before
it writes, and without one its exit code is 0. This goal writes the same files.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.core.goals.package import BuiltPackage
from pants.core.util_rules.distdir import DistDir
from pants.engine.addresses import Address
from pants.engine.console import Console
from pants.engine.environment import EnvironmentName
from pants.engine.fs import Digest, MergeDigests, Workspace
from pants.engine.goal import Goal, GoalSubsystem
from pants.engine.rules import collect_rules, concurrently, goal_rule, implicitly, rule
from pants.engine.internals.specs_rules import find_valid_field_sets_for_target_roots
from pants.engine.intrinsics import merge_digests
from xpkg.building.attempt import attempt_package
from pants.engine.target import (
    FieldSet,
    NoApplicableTargetsBehavior,
    TargetRootsToFieldSets,
    TargetRootsToFieldSetsRequest,
)
from pants.engine.unions import UnionRule, union
from pants.util.docutil import bin_name
from pants.util.strutil import pluralize

from xpkg.building.attempt import PackageAttempt, XpkgPackageFieldSet
from xpkg.building.build import CANNOT_BE_BUILT
from xpkg.building.clashes import clashing

logger = logging.getLogger(__name__)


@union(in_scope_types=[EnvironmentName])
class XpkgBuildFieldSet(FieldSet):
    """What this goal writes; it ignores other targets that the command line names."""


class XpkgBuildSubsystem(GoalSubsystem):
    name = "xpkg-build"
    help = (
        f"Write the Crossplane packages that have no error, and name the others. The files are "
        f"those of `{bin_name()} package`, which writes nothing while one package has an error. "
        f"The exit code is 1 when a package was not written."
    )


class XpkgBuild(Goal):
    subsystem_cls = XpkgBuildSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


@dataclass(frozen=True)
class _OneRequest:
    field_set: XpkgPackageFieldSet


@dataclass(frozen=True)
class _One:
    """A package, or why there is none: `problem` is empty where its findings were shown."""

    address: Address
    built: BuiltPackage | None
    problem: str = ""


@rule
async def package_one(request: _OneRequest) -> _One:
    address = request.field_set.address
    try:
        attempt = await attempt_package(**implicitly({request.field_set: XpkgPackageFieldSet}))
    # It concerns that target alone.
    except CANNOT_BE_BUILT as error:
        return _One(address, None, str(error))
    return _One(address, attempt.built)


@goal_rule
async def xpkg_build(console: Console, workspace: Workspace, dist_dir: DistDir) -> XpkgBuild:
    named = await find_valid_field_sets_for_target_roots(**implicitly(TargetRootsToFieldSetsRequest(
            XpkgBuildFieldSet,
            goal_description=f"the `{XpkgBuildSubsystem.name}` goal",
            no_applicable_targets_behavior=NoApplicableTargetsBehavior.warn,
        )))
    field_sets = sorted(named.field_sets, key=lambda field_set: field_set.address)
    each = await concurrently(package_one(**implicitly(_OneRequest(field_set))) for field_set in field_sets)
    built = {one.address: one.built for one in each if one.built is not None}
    problems = {one.address: one.problem for one in each if one.built is None}
    clashes = clashing(built)
    problems.update(clashes)
    written = [package for address, package in built.items() if address not in clashes]
    digest = await merge_digests(**implicitly(MergeDigests(package.digest for package in written)))
    artifacts = [artifact for package in written for artifact in package.artifacts]
    workspace.write_digest(
        digest,
        path_prefix=str(dist_dir.relpath),
        clear_paths=[artifact.relpath for artifact in artifacts if artifact.relpath],
    )
    for artifact in artifacts:
        lines = [f"Wrote {dist_dir.relpath / artifact.relpath}"] if artifact.relpath else []
        logger.info("\n".join([*lines, *map(str, artifact.extra_log_lines)]))
    if problems:
        console.print_stderr(f"\n{_summary(console, len(written), problems)}")
    return XpkgBuild(exit_code=1 if problems else 0)


def _summary(console: Console, written: int, problems: Mapping[Address, str]) -> str:
    lines = []
    if written:
        lines.append(f"{console.sigil_succeeded()} {pluralize(written, 'package')} written.")
    lines.append(f"{console.sigil_failed()} {pluralize(len(problems), 'package')} not written:")
    for address, problem in sorted(problems.items()):
        reason = problem or "it has errors, which are shown above."
        lines.append(f"  {address}: " + reason.strip().replace("\n", "\n    "))
    return "\n".join(lines)


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(XpkgBuildFieldSet, XpkgPackageFieldSet))
