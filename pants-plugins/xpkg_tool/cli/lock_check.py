"""`xpkg lock --check`: all that differs, and all that fails, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xpkg_tool.cli.failure import FAILED, FOUND, OK
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.changes import changes, short_version
from xpkg_tool.dependencies.lock.errors import LockError, Problem
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.lock.places import Places
from xpkg_tool.dependencies.lock.published import Published, look_up
from xpkg_tool.diagnostics.finding import few

# In a command that is proposed.
_MOST_SOURCES = 5


def check_lock_file(
    path: str, data: bytes | None, old: Lock, resolved: Callable[[], Lock], catalog: Catalog
) -> int:
    """Compares the lock in the file `path` (its bytes, and what they say) with the one that is
    `resolved`, which may raise LockError, and its versions with those of the registries. Reports
    what differs, and returns the exit code."""
    new, problems = old, tuple[Problem, ...]()
    try:
        new = resolved()
    except LockError as error:
        problems = error.problems
    published = look_up(new, catalog)
    problems += tuple(_other_failures(published, problems))
    outdated = False
    if new is not old:
        outdated = write_lock(new) != data
    if outdated:
        told = "".join(f"  {line}\n" for line in changes(old, new))
        what = f"There is no {path}" if data is None else f"{path} is not up to date"
        write_output(f"{what}\n{told}")
        write_error(f"Run xpkg lock without --check to write {path}.\n")
    differing = sorted([*(package for package, _ in published.moved), *published.gone], key=_source)
    if differing:
        places = None if data is None else Places(data, path)
        write_output(f"Registries have something else than {path}\n")
        for line in _lines(published, path, places):
            write_output(f"  {line}\n")
        write_error(
            "Ask those who publish it why a version has moved or is gone. "
            f"`{_upgrade(differing)}` takes what is there now.\n"
        )
    if problems:
        write_error(f"{LockError(problems)}\n")
        return FAILED
    if outdated or differing:
        return FOUND
    count = f"{len(new.packages):,} package{'' if len(new.packages) == 1 else 's'}"
    write_output(f"{path} is up to date: {count}\n")
    return OK


def _other_failures(published: Published, problems: Sequence[Problem]) -> Iterator[Problem]:
    """What failed, but for what was said already: that a registry cannot be used, for example."""
    said = [problem.finding.message for problem in problems]
    for failure in published.failures:
        if not any(message.startswith(failure.message.rstrip(".")) for message in said):
            yield Problem(failure)


def _lines(published: Published, path: str, places: Places | None) -> Iterator[str]:
    """A line for each package whose tag has moved or is gone, by source."""
    told = [
        (package, "~", f"moved from {short_version(package.digest)} to {short_version(now)}")
        for package, now in published.moved
    ]
    told += [(package, "-", "is gone") for package in published.gone]
    for package, sign, what in sorted(told, key=lambda line: line[0].source):
        place = None if places is None else places.of(package.source, "version")
        where = path if place is None else f"{path}:{place.line}"
        asking = few(list(dict.fromkeys(r.by for r in package.required_by)))
        yield f"{sign} {package.source} {package.version} {what} ({where}, required by {asking})"


def _upgrade(packages: Sequence[LockedPackage]) -> str:
    sources = [package.source for package in packages]
    shown = ",".join(sources) if len(sources) <= _MOST_SOURCES else "SOURCE"
    return f"xpkg lock --upgrade {shown} …"


def _source(package: LockedPackage) -> str:
    return package.source
