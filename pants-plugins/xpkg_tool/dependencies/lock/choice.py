"""Which version of one package is taken, where everybody who asks for it is heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Sequence, Union

from xpkg_tool.dependencies.lock.model import LockedPackage
from xpkg_tool.dependencies.lock.ranges import Reader, admits, readings, version_of
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.package.semver import Version


@dataclass(frozen=True)
class Choice:
    """A version, as it is in the lock. `digest` is known where a constraint is one, or where the
    lock has it."""

    version: str
    digest: str = ""


@dataclass(frozen=True)
class Conflict:
    """Nothing suits all. `reason` completes the sentence "No version …"."""

    reason: str


# Of what is not known before the tags are.
TAGS_NEEDED = Conflict("is known yet")

Chosen = Union[Choice, Conflict]


def is_satisfied(version: str, constraint: str, readers: Sequence[Reader]) -> bool:
    """Whether the package manager takes the locked version for the constraint: a digest for the
    same one only, since no digest is a version."""
    if is_digest(constraint):
        return version == constraint
    parsed = version_of(version)
    return parsed is not None and admits(constraint, parsed, readers)


def is_readable(constraint: str, readers: Sequence[Reader]) -> bool:
    """Whether it is a digest, or a range that at least one release can read."""
    return is_digest(constraint) or bool(readings(constraint, readers))


def choose(
    constraints: Sequence[str],
    tags: Sequence[tuple[Version, str]] | None,
    locked: LockedPackage | None,
    readers: Sequence[Reader],
    given_up: Collection[str] = (),
) -> Chosen:
    """The version that suits all constraints, each of which is there once and can be read: what is
    locked, or else the highest among the `tags`, which are in descending order; TAGS_NEEDED where
    these are needed and None. Not one of those `given_up`."""
    digests = [constraint for constraint in constraints if is_digest(constraint)]
    if digests:
        if len(digests) > 1:
            return Conflict("is two digests at once")
        if len(constraints) > 1:
            return Conflict("satisfies both a digest and a range, since a digest has no version")
        return Choice(digests[0], digests[0])
    if (
        locked is not None
        and locked.version not in given_up
        and all(is_satisfied(locked.version, constraint, readers) for constraint in constraints)
    ):
        return Choice(locked.version, locked.digest)
    if tags is None:
        return TAGS_NEEDED
    if not tags:
        return Conflict("exists: the registry has no tag that is a complete version")
    fitting = [
        tag
        for version, tag in tags
        if all(admits(constraint, version, readers) for constraint in constraints)
    ]
    for tag in fitting:
        if tag not in given_up:
            return Choice(tag)
    if fitting:
        return Conflict("is left: the dependencies of those that satisfy all rule these out")
    return Conflict(
        "satisfies all who ask for it" if len(constraints) > 1 else "is admitted by its constraint"
    )
