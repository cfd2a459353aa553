"""Which packages may share a process of the tool (groups.py).

A process costs 30 to 80 ms and a small package a few: so the packages of a repository are spread
over buckets by a hash of their address. Adding or changing a package touches its bucket alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import collect_rules, rule
from pants.engine.target import AllTargets
from pants.util.logging import LogLevel

from xpkg.target_types import XpkgPinDependenciesField, XpkgSourcesField

_PACKAGES_PER_BUCKET = 16


@dataclass(frozen=True)
class Buckets:
    """The addresses of all packages of the repository, by bucket; those that are `pinned` to others
    are in none."""

    members: tuple[tuple[Address, ...], ...]
    pinned: tuple[Address, ...] = ()

    def of(self, address: Address) -> tuple[Address, ...]:
        return self.members[bucket_of(address, len(self.members))]


@dataclass(frozen=True)
class BucketRequest:
    """Asks for the `Bucket` of a package that is not pinned to others."""

    address: Address


@dataclass(frozen=True)
class Bucket:
    """The addresses of the packages that may share a process."""

    addresses: tuple[Address, ...]


def bucket_of(address: Address, count: int) -> int:
    return int.from_bytes(hashlib.sha256(address.spec.encode()).digest()[:8], "big") % count


def bucket_count(packages: int) -> int:
    """A power of two, so that one more package hardly ever moves the others."""
    count = 1
    while packages > count * _PACKAGES_PER_BUCKET:
        count *= 2
    return count


@rule(desc="Group the Crossplane packages into buckets", level=LogLevel.DEBUG)
async def find_buckets(all_targets: AllTargets) -> Buckets:
    packages = [target for target in all_targets if target.has_field(XpkgSourcesField)]
    pinned = {t.address for t in packages if t.get(XpkgPinDependenciesField).value}
    addresses = sorted(t.address for t in packages if t.address not in pinned)
    count = bucket_count(len(addresses))
    members: list[list[Address]] = [[] for _ in range(count)]
    for address in addresses:
        members[bucket_of(address, count)].append(address)
    return Buckets(tuple(tuple(bucket) for bucket in members), tuple(sorted(pinned)))


@rule
async def find_bucket(request: BucketRequest, buckets: Buckets) -> Bucket:
    return Bucket(buckets.of(request.address))


def rules() -> Iterable[Any]:
    return collect_rules()
