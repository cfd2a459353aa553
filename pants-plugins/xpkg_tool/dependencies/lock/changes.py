"""What differs between two locks, for a person."""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.model import is_digest

# Of the digits of a digest.
_SHOWN_DIGITS = 12


def changes(old: Lock, new: Lock) -> tuple[str, ...]:
    """A line for each package that differs, by source: `+` added, `-` removed, `~` changed. Empty
    where the locks are the same."""
    sources = sorted({package.source for lock in (old, new) for package in lock.packages})
    return tuple(
        line for source in sources for line in _changes(old.find(source), new.find(source))
    )


def _changes(old: LockedPackage | None, new: LockedPackage | None) -> Iterator[str]:
    if old is None and new is not None:
        yield f"+ {new.source} {short_version(new.version)} ({new.kind})"
    elif new is None and old is not None:
        yield f"- {old.source} {short_version(old.version)}"
    elif old is not None and new is not None and old != new:
        yield f"~ {new.source} {'; '.join(_differences(old, new))}"


def _differences(old: LockedPackage, new: LockedPackage) -> Iterator[str]:
    if old.version != new.version:
        yield f"{short_version(old.version)} -> {short_version(new.version)}"
    elif old.digest != new.digest:
        before, now = short_version(old.digest), short_version(new.digest)
        yield f"{short_version(new.version)} moved from {before} to {now}"
    else:
        yield short_version(new.version)
    if old.kind != new.kind:
        yield f"is a {new.kind} now, not a {old.kind}"
    if old.required_by != new.required_by:
        asking = ", ".join(dict.fromkeys(requirement.by for requirement in new.required_by))
        yield f"required by {asking}"


def short_version(version: str) -> str:
    """A version for a person: of a digest, the first digits."""
    if not is_digest(version):
        return version
    return version[: len("sha256:") + _SHOWN_DIGITS]
