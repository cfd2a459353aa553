"""Which version of one package is taken, where everybody who asks for it is heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Sequence, Union

from xpkg_tool.dependencies.lock.model import LockedPackage
from xpkg_tool.dependencies.lock.ranges import Range
from xpkg_tool.package.version_choice import VersionTag


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


def choose(
    ranges: Sequence[Range],
    tags: Sequence[VersionTag] | None,
    locked: LockedPackage | None,
    given_up: Collection[str] = (),
) -> Chosen:
    """The version that suits all ranges, each of which is there once and can be read: what is
    locked, or else the highest among the `tags`, which are complete and in descending order;
    TAGS_NEEDED where these are needed and None. Not one of those `given_up`."""
    digests = {wanted.text for wanted in ranges if wanted.is_digest}
    if digests:
        if len(digests) > 1:
            return Conflict("is two digests at once")
        if not all(wanted.is_digest for wanted in ranges):
            return Conflict("satisfies both a digest and a range, since a digest has no version")
        (digest,) = digests
        return Choice(digest, digest)
    if (
        locked is not None
        and locked.version not in given_up
        and all(wanted.is_satisfied(locked.version) for wanted in ranges)
    ):
        return Choice(locked.version, locked.digest)
    if tags is None:
        return TAGS_NEEDED
    if not tags:
        return Conflict("exists: the registry has no tag that is a complete version")
    fitting = [tag.text for tag in tags if all(r.admits(tag.version) for r in ranges)]
    for tag in fitting:
        if tag not in given_up:
            return Choice(tag)
    if fitting:
        return Conflict("is left: the dependencies of those that satisfy all rule these out")
    several = len(ranges) > 1
    return Conflict("satisfies all who ask for it" if several else "is admitted by its constraint")
