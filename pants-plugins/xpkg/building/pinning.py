"""What a package with `pin_dependencies` needs to be built: digests of other packages.

Such a package is never in a bucket, so that no bucket waits for a package of its own or of another
one. It is assembled alone, after what it depends on.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Mapping, Sequence

from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest

from xpkg_tool.messages.build import Pinning


@dataclass(frozen=True)
class PinTargetsRequest:
    """Asks for the `PinTargets` of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class PinTargets:
    """The packages of the repository that a package is pinned to, each with the place of its entry
    in `spec.dependsOn`; or the problems: each a sentence and its remedy."""

    places: tuple[int, ...] = ()
    addresses: tuple[Address, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class PinsRequest:
    """Asks for the `Pins` of the package at `address`, which is pinned to `targets`, with the
    digests that these have; None for one that cannot be built."""

    address: Address
    targets: PinTargets
    digests: tuple[str | None, ...]


@dataclass(frozen=True)
class Pins:
    """What the tool is told, and the lock's file. `problem`, rendered as findings are, says why it
    cannot be told: then there is no `message`."""

    message: Pinning | None = None
    lock: Digest = EMPTY_DIGEST
    problem: str = ""


def cycle_through(
    address: Address, dependencies: Mapping[Address, Sequence[Address]]
) -> tuple[Address, ...]:
    """The shortest way from a package back to itself, both ends included; empty if there is none.
    A package without an entry depends on nothing."""
    before: dict[Address, Address] = {}
    pending = deque([address])
    while pending:
        current = pending.popleft()
        for dependency in dependencies.get(current, ()):
            if dependency == address:
                path = [address, current]
                while path[-1] != address:
                    path.append(before[path[-1]])
                return tuple(reversed(path)) if current != address else (address, address)
            if dependency not in before:
                before[dependency] = current
                pending.append(dependency)
    return ()
