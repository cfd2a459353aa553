"""`pants lint`: shows what is wrong with each package, all of it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.lint import LintResult, LintTargetsRequest
from pants.core.util_rules.partitions import PartitionerType
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import FieldSet, Target
from pants.util.logging import LogLevel

from xpkg.build import BuildOutcome, BuildRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgSkipLintField, XpkgSourcesField


@dataclass(frozen=True)
class XpkgLintFieldSet(FieldSet):
    required_fields = (XpkgSourcesField,)

    @classmethod
    def opt_out(cls, tgt: Target) -> bool:
        return tgt[XpkgSkipLintField].value


class XpkgLintRequest(LintTargetsRequest):
    field_set_type = XpkgLintFieldSet
    tool_subsystem = XpkgSubsystem
    partitioner_type = PartitionerType.DEFAULT_SINGLE_PARTITION


@rule(desc="Lint Crossplane packages", level=LogLevel.DEBUG)
async def lint_xpkgs(request: XpkgLintRequest.Batch[XpkgLintFieldSet, Any]) -> LintResult:
    # Packing is a small part of a build, so lint asks for the whole: `lint package` and a later
    # `package` then find everything done.
    outcomes = await MultiGet(
        Get(BuildOutcome, BuildRequest(field_set.address)) for field_set in request.elements
    )
    ordered = sorted(outcomes, key=lambda outcome: outcome.address)
    return LintResult(
        exit_code=1 if any(outcome.failed for outcome in outcomes) else 0,
        stdout="\n\n".join(outcome.text for outcome in ordered if outcome.text),
        stderr="",
        linter_name=request.tool_name,
        partition_description=None,
    )


def rules() -> Iterable[Any]:
    return (*collect_rules(), *XpkgLintRequest.rules())
