# Written by `python build-support/by_name.py`; do not edit.
"""What the `dependencies` of a package say by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import collect_rules, implicitly, rule
from pants.engine.internals.graph import determine_explicitly_provided_dependencies
from pants.engine.target import DependenciesRequest, ExplicitlyProvidedDependencies, Target

from xpkg.dependencies.metas import PackageTargets
from xpkg.target_types import XpkgDependenciesField


@dataclass(frozen=True)
class HandwrittenRequest:
    """Asks for the `Handwritten` dependencies of a package."""

    target: Target


@dataclass(frozen=True)
class Handwritten:
    """The packages of the repository that `dependencies` names, and those it leaves out with `!`;
    none where the field is wrong, of which Pants has an error of its own."""

    includes: tuple[Address, ...] = ()
    excludes: tuple[Address, ...] = ()


@rule
async def find_handwritten(request: HandwrittenRequest, packages: PackageTargets) -> Handwritten:
    field = request.target[XpkgDependenciesField]
    if not field.value:
        return Handwritten()
    try:
        given = await determine_explicitly_provided_dependencies(**implicitly(DependenciesRequest(field)))
    # There is no list of what can be raised (building/target_faults.py).
    except Exception:
        return Handwritten()
    return Handwritten(
        tuple(a for a in packages.by_address if _is_among(a, given.includes)),
        tuple(a for a in packages.by_address if _is_among(a, given.ignores)),
    )


def _is_among(address: Address, given: Iterable[Address]) -> bool:
    """Whether an address, or the target that it is a parametrization of, is given."""
    return any(
        address == other
        or (
            not other.is_parametrized
            and (address.spec_path, address.target_name) == (other.spec_path, other.target_name)
        )
        for other in given
    )


def rules() -> Iterable[Any]:
    return collect_rules()
