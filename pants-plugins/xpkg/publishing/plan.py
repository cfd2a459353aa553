"""What publishing would do, decided before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Iterable, Sequence

from pants.engine.addresses import Address
from pants.util.docutil import bin_name

from xpkg.publishing.candidate import Candidate, Destination, Problem
from xpkg.tool.fresh import Fresh

# What the tool says of a reference.
PUSH = "push"
TAG_ONLY = "tag only"
UP_TO_DATE = "up to date"
REFUSED = "REFUSED"
FAILED = "failed"
# What follows from other references and packages, and from `skip_push`.
LEFT_OUT = "left out"
NOT_ASKED_FOR = "not asked for"
SKIP = "skip"

TO_WRITE = (PUSH, TAG_ONLY)
_STOPPING = (REFUSED, FAILED)


@dataclass(frozen=True)
class PlannedReference:
    """What is to become of one reference.

    `remote` is the digest that the tag has in the registry, None where there is no such tag or it
    was not looked up. `why` is a few words. `message` is the whole error where there is one, and
    `error` the same without its place: equal for all references that share it. `configuration`: it
    is wrong whatever the registry has.
    """

    destination: Destination
    local: str
    remote: str | None
    action: str
    why: str
    message: str = ""
    error: str = ""
    configuration: bool = False

    @property
    def reference(self) -> str:
        return self.destination.reference


@dataclass(frozen=True)
class PlannedPackage:
    """A package with its references."""

    candidate: Candidate
    references: tuple[PlannedReference, ...]

    @property
    def address(self) -> Address:
        return self.candidate.address

    @property
    def problem(self) -> Problem | None:
        return self.candidate.problem

    @property
    def is_misconfigured(self) -> bool:
        """Whether an error of its own would be there whatever the registries have."""
        return self.problem is not None or any(r.configuration for r in self.references)

    @property
    def stopped(self) -> bool:
        """Whether nothing of it may be written."""
        actions = {reference.action for reference in self.references}
        return self.problem is not None or not actions.isdisjoint((*_STOPPING, LEFT_OUT))

    @property
    def is_root_of_trouble(self) -> bool:
        """Whether it is stopped by itself, not by a dependency of its own."""
        return self.problem is not None or any(r.action in _STOPPING for r in self.references)

    @property
    def is_lacking(self) -> bool:
        """Whether a registry lacks it and this run does not bring it."""
        return any(r.action == NOT_ASKED_FOR for r in self.references)

    @property
    def to_write(self) -> tuple[PlannedReference, ...]:
        if self.stopped:
            return ()
        return tuple(r for r in self.references if r.action in TO_WRITE)


@dataclass(frozen=True)
class PublishPlan(Fresh):
    """All packages that a run is about, dependencies before their dependents.

    `named` are those that the command line names; the others are their dependencies. `requests` is
    how many it took to look up all references.
    """

    named: tuple[Address, ...]
    packages: tuple[PlannedPackage, ...]
    requests: int = 0
    _by_address: dict[Address, PlannedPackage] = field(init=False, repr=False, compare=False)
    _reported: dict[Address, list[PlannedPackage]] = field(init=False, repr=False, compare=False)
    _positions: dict[Address, int] = field(init=False, repr=False, compare=False)
    # The packages of which something is to be written.
    to_write: tuple[Address, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # For each of many packages, each of these would take time that grows with all packages.
        by_address = {package.address: package for package in self.packages}
        reporters = {address: address for address in self.named}
        for named in sorted(self.named):
            for address in by_address[named].candidate.dependencies:
                reporters.setdefault(address, named)
        reported: dict[Address, list[PlannedPackage]] = {}
        for package in self.packages:
            reported.setdefault(reporters[package.address], []).append(package)
        object.__setattr__(self, "_by_address", by_address)
        object.__setattr__(self, "_reported", reported)
        to_write = tuple(package.address for package in self.packages if package.to_write)
        object.__setattr__(self, "to_write", to_write)
        object.__setattr__(self, "_positions", {a: n for n, a in enumerate(to_write)})

    def package(self, address: Address) -> PlannedPackage:
        return self._by_address[address]

    def reported_by(self, address: Address) -> tuple[PlannedPackage, ...]:
        """The packages that the named package at `address` reports: itself, and each dependency
        that is not named, unless another named package before it depends on that, too."""
        return tuple(self._reported[address])

    @property
    def stopped(self) -> bool:
        return any(package.stopped for package in self.packages)

    def number(self, address: Address) -> int:
        """The place, from 1, of a package among those of which something is to be written."""
        return self._positions[address] + 1

    def before(self, address: Address, lanes: int) -> Address | None:
        """The package that has to be through before this one may start, so that no more than
        `lanes` are published at once. It is never one that depends on this one."""
        position = self._positions[address]
        return self.to_write[position - lanes] if position >= lanes else None


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Dependencies first. A package's indirect dependencies are among its dependencies, so each of
    these has fewer than itself."""
    return tuple(sorted(candidates, key=lambda c: (len(c.dependencies), c.address)))


def settle(
    packages: Iterable[PlannedPackage], named: Iterable[Address], *, publish_dependencies: bool
) -> tuple[PlannedPackage, ...]:
    """What follows for each package from its own references and from its dependencies.

    `packages` are in order. A package is whole or untouched: one reference that is refused or
    failed leaves the others out, and a dependency that is stopped leaves out its dependents. While
    a package is configured wrongly, all are left out: what is known before sending is dealt with
    before sending.
    """
    named = frozenset(named)
    settled: dict[Address, PlannedPackage] = {}
    for package in packages:
        dependencies = [settled[a] for a in package.candidate.dependencies]
        settled[package.address] = _settle_one(
            package, dependencies, asked_for=publish_dependencies or package.address in named
        )
    misconfigured = sorted(p.address for p in settled.values() if p.is_misconfigured)
    if not misconfigured:
        return tuple(settled.values())
    why = f"nothing is sent while {_few(misconfigured)} cannot be published"
    return tuple(_without(package, LEFT_OUT, why) for package in settled.values())


def _few(addresses: Sequence[Address]) -> str:
    """The first ones, and how many more there are."""
    shown = [address.spec for address in addresses[:3]]
    more = len(addresses) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _settle_one(
    package: PlannedPackage, dependencies: Sequence[PlannedPackage], *, asked_for: bool
) -> PlannedPackage:
    if package.stopped:
        return _without(package, LEFT_OUT, "another reference of the package stops it")
    stopped = [d.address.spec for d in dependencies if d.is_root_of_trouble]
    if stopped:
        why = f"depends on {', '.join(stopped)}, which cannot be published"
        return _without(package, LEFT_OUT, why, f"{package.address} is not published: it {why}.")
    if not asked_for:
        return _without(package, NOT_ASKED_FOR, "`[xpkg].publish_dependencies` is off")
    lacking = [d.address.spec for d in dependencies if d.is_lacking]
    if lacking:
        why = f"depends on {', '.join(lacking)}, which the registry lacks"
        remedy = f"Run `{bin_name()} publish {' '.join(lacking)}` first."
        message = f"{package.address} is not published: it {why}. {remedy}"
        return _without(package, LEFT_OUT, why, message, remedy)
    return package


def _without(
    package: PlannedPackage, action: str, why: str, message: str = "", error: str = ""
) -> PlannedPackage:
    """The package with nothing to write. What is up to date stays so."""
    references = tuple(
        replace(reference, action=action, why=why, message=message, error=error)
        if reference.action in TO_WRITE
        else reference
        for reference in package.references
    )
    return replace(package, references=references)
