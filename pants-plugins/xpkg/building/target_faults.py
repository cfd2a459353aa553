"""What is wrong with a target itself, and not with its files.

No package is made of its dependencies, so Pants would look them up only when it publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, collect_rules, rule
from pants.engine.target import DependenciesRequest, Targets, WrappedTarget, WrappedTargetRequest

from xpkg.target_types import XpkgDependenciesField


@dataclass(frozen=True)
class TargetFaultsRequest:
    """Asks what is wrong with the target at `address`."""

    address: Address


@dataclass(frozen=True)
class TargetFaults:
    """What is wrong, rendered as the tool renders its findings; empty where all is right."""

    text: str = ""


@rule
async def find_target_faults(request: TargetFaultsRequest) -> TargetFaults:
    address = request.address
    wrapped = await Get(WrappedTarget, WrappedTargetRequest(address, "the xpkg backend"))
    target = wrapped.target
    try:
        await Get(Targets, DependenciesRequest(target[XpkgDependenciesField]))
    # Pants has an exception for each way in which an address can be wrong, and says which it is.
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
