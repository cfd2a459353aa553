"""What publishing would do, decided before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Iterable, Sequence

from pants.engine.addresses import Address
from pants.util.docutil import bin_name

from xpkg.publishing.candidate import Candidate
from xpkg.publishing.destinations import Destination, Problem
from xpkg.tool.fresh import Fresh
from xpkg_tool.messages.plan import Action, PlannedReference

TO_WRITE = (Action.PUSH, Action.TAG_ONLY)
_STOPPING = (Action.REFUSED, Action.FAILED)


@dataclass(frozen=True)
class ReferencePlan:
    """Where one reference leads, and what is to become of it: the tool's answer, or what follows
    from other references and packages, or from `skip_push`."""

    destination: Destination
    planned: PlannedReference

    @property
    def reference(self) -> str:
        return self.planned.reference

    @property
    def action(self) -> Action:
        return self.planned.action


@dataclass(frozen=True)
class PackagePlan:
    """A package with its references."""

    candidate: Candidate
    references: tuple[ReferencePlan, ...]

    @property
    def address(self) -> Address:
        return self.candidate.address

    @property
    def problem(self) -> Problem | None:
        return self.candidate.problem

    @property
    def is_misconfigured(self) -> bool:
        """Whether an error of its own would be there whatever the registries have."""
        return self.problem is not None or any(r.planned.configuration for r in self.references)

    @property
    def stopped(self) -> bool:
        """Whether nothing of it may be written."""
        actions = {reference.action for reference in self.references}
        return self.problem is not None or not actions.isdisjoint((*_STOPPING, Action.LEFT_OUT))

    @property
    def is_root_of_trouble(self) -> bool:
        """Whether it is stopped by itself, not by a dependency of its own."""
        return self.problem is not None or any(r.action in _STOPPING for r in self.references)

    @property
    def is_lacking(self) -> bool:
        """Whether a registry lacks it and this run does not bring it."""
        return any(r.action == Action.NOT_ASKED_FOR for r in self.references)

    @property
    def is_changed(self) -> bool:
        """Whether a registry has another digest of it, or none."""
        return any(r.planned.remote != r.planned.local for r in self.references)

    @property
    def to_write(self) -> tuple[ReferencePlan, ...]:
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
    packages: tuple[PackagePlan, ...]
    requests: int = 0
    _by_address: dict[Address, PackagePlan] = field(init=False, repr=False, compare=False)
    _reported: dict[Address, list[PackagePlan]] = field(init=False, repr=False, compare=False)
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
        reported: dict[Address, list[PackagePlan]] = {}
        for package in self.packages:
            reported.setdefault(reporters[package.address], []).append(package)
        object.__setattr__(self, "_by_address", by_address)
        object.__setattr__(self, "_reported", reported)
        to_write = tuple(package.address for package in self.packages if package.to_write)
        object.__setattr__(self, "to_write", to_write)
        object.__setattr__(self, "_positions", {a: n for n, a in enumerate(to_write)})

    def package(self, address: Address) -> PackagePlan:
        return self._by_address[address]

    def reported_by(self, address: Address) -> tuple[PackagePlan, ...]:
        """The packages that the named package at `address` reports: itself, and each dependency
        that is not named, unless another named package before it depends on that, too."""
        return tuple(self._reported[address])

    @property
    def stopped(self) -> bool:
        return any(package.stopped for package in self.packages)

    def number(self, address: Address) -> int:
        """The place, from 1, of a package among those of which something is to be written."""
        return self._positions[address] + 1


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Dependencies first. A package's indirect dependencies are among its dependencies, so each of
    these has fewer than itself."""
    return tuple(sorted(candidates, key=lambda c: (len(c.dependencies), c.address)))


def predecessors(packages: Sequence[PackagePlan]) -> list[tuple[int, ...]]:
    """For each of the packages, which are in order, the numbers of those that have to be published
    just before it: its dependencies among them, without the dependencies of these, of which a long
    chain would have too many to list."""
    numbers = {package.address: number for number, package in enumerate(packages)}
    among = [
        {numbers[a] for a in package.candidate.dependencies if a in numbers} for package in packages
    ]
    found = []
    for dependencies in among:
        implied: set[int] = set()
        last = []
        for number in sorted(dependencies, reverse=True):
            if number not in implied:
                last.append(number)
                implied |= among[number]
        found.append(tuple(reversed(last)))
    return found


def settle(
    packages: Iterable[PackagePlan], named: Iterable[Address], *, publish_dependencies: bool
) -> tuple[PackagePlan, ...]:
    """What follows for each package from its own references and from its dependencies.

    `packages` are in order. A package is whole or untouched: one reference that is refused or
    failed leaves the others out, and a dependency that is stopped leaves out its dependents. While
    a package is configured wrongly, all are left out: what is known before sending is dealt with
    before sending.
    """
    named = frozenset(named)
    settled: dict[Address, PackagePlan] = {}
    for package in packages:
        dependencies = [settled[a] for a in package.candidate.dependencies]
        settled[package.address] = _settle_one(
            package, dependencies, asked_for=publish_dependencies or package.address in named
        )
    misconfigured = sorted(p.address for p in settled.values() if p.is_misconfigured)
    if not misconfigured:
        return tuple(settled.values())
    why = f"nothing is sent while {_few(misconfigured)} cannot be published"
    return tuple(_without(package, Action.LEFT_OUT, why) for package in settled.values())


def _few(addresses: Sequence[Address]) -> str:
    """The first ones, and how many more there are."""
    shown = [address.spec for address in addresses[:3]]
    more = len(addresses) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _settle_one(
    package: PackagePlan, dependencies: Sequence[PackagePlan], *, asked_for: bool
) -> PackagePlan:
    if package.stopped:
        explained = _with_changed_pins(package, dependencies)
        return _without(explained, Action.LEFT_OUT, "another reference of the package stops it")
    stopped = [d.address.spec for d in dependencies if d.is_root_of_trouble]
    if stopped:
        why = f"depends on {', '.join(stopped)}, which cannot be published"
        return _without(
            package, Action.LEFT_OUT, why, f"{package.address} is not published: it {why}."
        )
    if not asked_for:
        return _without(package, Action.NOT_ASKED_FOR, "`[xpkg].publish_dependencies` is off")
    lacking = [d.address.spec for d in dependencies if d.is_lacking]
    if lacking:
        why = f"depends on {', '.join(lacking)}, which the registry lacks"
        remedy = f"Run `{bin_name()} publish {' '.join(lacking)}` first."
        message = f"{package.address} is not published: it {why}. {remedy}"
        return _without(package, Action.LEFT_OUT, why, message, remedy)
    return package


def _with_changed_pins(package: PackagePlan, dependencies: Sequence[PackagePlan]) -> PackagePlan:
    """The package with why it has another digest than its releases, where that is because of
    packages that it is pinned to."""
    pinned = frozenset(package.candidate.pinned_to)
    changed = [d.address for d in dependencies if d.address in pinned and d.is_changed]
    if not changed:
        return package
    why = f"it is pinned to {_few(changed)}, which changed"
    references = tuple(
        replace(r, planned=r.planned._replace(why=f"{r.planned.why}; {why}"))
        if r.action == Action.REFUSED
        else r
        for r in package.references
    )
    return replace(package, references=references)


def _without(
    package: PackagePlan, action: Action, why: str, message: str = "", error: str = ""
) -> PackagePlan:
    """The package with nothing to write. What is up to date stays so."""
    references = tuple(
        replace(
            reference,
            planned=reference.planned._replace(
                action=action, why=why, message=message, error=error
            ),
        )
        if reference.action in TO_WRITE
        else reference
        for reference in package.references
    )
    return replace(package, references=references)
