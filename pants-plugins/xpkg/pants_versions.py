"""What differs between the versions of Pants that the backend supports, each with the reason.

How rules await each other differs as well: see the package's docstring.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Sequence

from pants.engine.fs import GlobExpansionConjunction, PathGlobs
from pants.util.frozendict import FrozenDict
from pants.vcs.changed import ChangedRequest, DependentsOption

from xpkg import BY_NAME

# The interpreters that the tool runs on. Its lock has wheels for all of them; what is missing is
# CPython 3.14 in the pex of earlier versions of Pants. tool.lock.metadata has the widest range.
MINORS = range(9, 15) if BY_NAME else range(9, 14)
INTERPRETERS = f"CPython>=3.{MINORS.start},<3.{MINORS.stop}"


def changed_request(files: tuple[str, ...], dependents: DependentsOption) -> ChangedRequest:
    """Asks which targets own these changed files. Since 2.23 it wants to know which lines changed
    of files that are the sources of targets in parts; none of those are packages."""
    more: dict[str, Any] = {}
    if any(field.name == "sources_blocks" for field in fields(ChangedRequest)):
        more["sources_blocks"] = FrozenDict()
    return ChangedRequest(sources=files, dependents=dependents, **more)


def all_of(globs: PathGlobs) -> PathGlobs:
    """The same, if each of them matches something. They are no dataclass any more since 2.33."""
    return PathGlobs(
        globs.globs,
        globs.glob_match_error_behavior,
        GlobExpansionConjunction.all_match,
        globs.description_of_origin,
    )


@dataclass(frozen=True)
class _Filespec:
    """What Pants reads of the `filespec` of a field since 2.33."""

    includes: tuple[str, ...]
    excludes: tuple[str, ...]

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return {"includes": self.includes, "excludes": self.excludes}[key]


def filespec_with(filespec: Any, added: Sequence[str]) -> Any:
    """The `filespec` of a field with these globs as well. Up to 2.32 it is a dictionary; since then
    a native type, which Python code cannot make."""
    if isinstance(filespec, dict):
        return {**filespec, "includes": [*filespec["includes"], *added]}
    return _Filespec((*filespec.includes, *added), tuple(filespec.excludes))
