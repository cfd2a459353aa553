"""Warnings of a publish: destinations that are suspicious, but not refused."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Iterable, Iterator

from pants.engine.addresses import Address

from xpkg.publishing.candidate import Candidate
from xpkg.publishing.destinations import Destination

# What people write for a version. A tag such as `latest` is not meant as one.
_LIKE_A_VERSION = re.compile(r"[vV][0-9]+(?:[.\-].*)?|[0-9]+\.[0-9]+(?:[.\-].*)?")
# What the package manager accepts: Masterminds/semver, without incomplete versions.
_COMPLETE = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")


def notes(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """The warnings for all packages of a run, each with its remedy, in a stable order."""
    ordered = sorted(candidates, key=lambda candidate: candidate.address)
    return (*_versions(ordered), *_same_repository(ordered), *_same_name(ordered))


def _published(candidate: Candidate) -> tuple[Destination, ...]:
    return tuple(d for d in candidate.destinations if not d.registry.skip_push)


def _versions(candidates: Iterable[Candidate]) -> Iterator[str]:
    """Tags that look like versions, where none in the repository is a complete version."""
    for candidate in candidates:
        tags: dict[tuple[str, str], list[Destination]] = {}
        for destination in _published(candidate):
            tags.setdefault(_repository(destination), []).append(destination)
        doubtful: dict[str, None] = {}
        for found in tags.values():
            if not any(_COMPLETE.fullmatch(d.tag) for d in found):
                doubtful.update(dict.fromkeys(d.tag for d in found if _is_doubtful(d)))
        for tag in doubtful:
            yield (
                f"{candidate.address}: the tag {tag!r} is not a complete semantic version, so the "
                "package manager does not find the package when it looks for a version of a "
                f"dependency. Write it with three numbers, such as {_completed(tag)!r}; or name it "
                "among the registry's `mutable_tags` if it is not meant as a version."
            )


def _is_doubtful(destination: Destination) -> bool:
    tag, floating = destination.tag, destination.registry.mutable_tags
    if any(fnmatchcase(tag, glob) for glob in floating):
        return False
    return _LIKE_A_VERSION.fullmatch(tag) is not None


def _completed(tag: str) -> str:
    numbers = [*re.findall(r"[0-9]+", tag), "0", "0"][:3]
    return f"{'v' if tag[:1] in 'vV' else ''}{'.'.join(str(int(n)) for n in numbers)}"


def _repository(destination: Destination) -> tuple[str, str]:
    return destination.registry.host, destination.repository_on_host


def _same_repository(candidates: Iterable[Candidate]) -> Iterator[str]:
    """Packages of different names that go to one repository. Those of one name are releases of one
    package, from several targets."""
    first: dict[tuple[str, str], Candidate] = {}
    said: set[tuple[Address, Address]] = set()
    for candidate in candidates:
        for destination in _published(candidate):
            before = first.setdefault(_repository(destination), candidate)
            pair = (before.address, candidate.address)
            if before.package_name == candidate.package_name or pair in said:
                continue
            said.add(pair)
            host, repository = _repository(destination)
            yield (
                f"{before.address} ({before.package_name}) and {candidate.address} "
                f"({candidate.package_name}) are published to one repository, {host}/{repository}. "
                "The package manager takes them for versions of one package. Give one of the "
                "targets another `repository`."
            )


def _same_name(candidates: Iterable[Candidate]) -> Iterator[str]:
    """Packages of one name with different content that go to repositories of different names: one
    meta object is probably a copy of the other."""
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        if not (candidate.digest and candidate.package_name and _published(candidate)):
            continue
        before = first.setdefault(candidate.package_name, candidate)
        if before.digest != candidate.digest and not _last_parts(before) & _last_parts(candidate):
            yield (
                f"The meta objects of {before.address} and {candidate.address} both have the name "
                f"{candidate.package_name}, but the packages are published to different "
                "repositories. If they are different packages, change one `metadata.name`."
            )


def _last_parts(candidate: Candidate) -> frozenset[str]:
    return frozenset(d.repository.rpartition("/")[2] for d in _published(candidate))
