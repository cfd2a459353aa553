"""Errors in a target itself, not in its files.

A build needs no dependencies, so Pants would resolve them only when it publishes. Those that are
written by hand are resolved here; without any, nothing is, because inference reads the meta objects
of the whole repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, collect_rules, rule
from pants.engine.target import (
    DependenciesRequest,
    Targets,
    WrappedTarget,
    WrappedTargetRequest,
)

from xpkg.target_types import XpkgDependenciesField


@dataclass(frozen=True)
class TargetFaultsRequest:
    """Asks what is wrong with the target at `address`, which has dependencies that are written by
    hand."""

    address: Address


@dataclass(frozen=True)
class TargetFaults:
    """The errors, rendered as the tool renders findings; empty where there are none."""

    text: str = ""


@rule
async def find_target_faults(request: TargetFaultsRequest) -> TargetFaults:
    address = request.address
    wrapped = await Get(WrappedTarget, WrappedTargetRequest(address, "the xpkg backend"))
    target = wrapped.target
    try:
        await Get(Targets, DependenciesRequest(target[XpkgDependenciesField]))
    # There is no list of what can be raised: any backend may infer and validate dependencies;
    # visibility rules are one.
    except Exception as error:
        origin = target.description_of_origin
        reason = str(error).strip()
        # Pants may say it itself.
        reason = reason[len(origin) + 1 :].strip() if reason.startswith(f"{origin}:") else reason
        indented = reason.replace("\n", "\n  ")
        return TargetFaults(
            f"{origin}: error: {indented}\n"
            f"  help: Correct the `dependencies` of {address}, which are addresses of targets."
        )
    return TargetFaults()


def rules() -> Iterable[Any]:
    return collect_rules()
