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
from xpkg_tool.dependencies.model import is_digest
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
    where = _Where(path, data, new)
    problems += tuple(_other_failures(published, problems, where))
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
        write_output(f"Registries have something else than {path}\n")
        for line in _lines(published, where):
            write_output(f"  {line}\n")
        write_error(
            f"Ask those who publish it why a version has moved or is gone. {_then(differing)}\n"
        )
    if published.contradicted:
        write_output(f"{path} contradicts the packages behind its digests\n")
        for package, clauses in published.contradicted:
            named = f"{package.source} {short_version(package.version)}"
            write_output(f"  ~ {named} {'; '.join(clauses)} ({where.of(package)})\n")
        write_error(
            f"Restore {path} from version control; or remove these packages from it, and run xpkg "
            "lock without --check.\n"
        )
    if problems:
        write_error(f"{LockError(problems)}\n")
        return FAILED
    if outdated or differing or published.contradicted:
        return FOUND
    count = f"{len(new.packages):,} package{'' if len(new.packages) == 1 else 's'}"
    write_output(f"{path} is up to date: {count}\n")
    return OK


class _Where:
    """Where the lock has its packages, and who requires them."""

    def __init__(self, path: str, data: bytes | None, lock: Lock) -> None:
        self._path, self._lock = path, lock
        self._places = None if data is None else Places(data, path)

    def of(self, package: LockedPackage, field: str = "source") -> str:
        place = None if self._places is None else self._places.of(package.source, field)
        where = self._path if place is None else f"{self._path}:{place.line}"
        asking = few(list(dict.fromkeys(r.by for r in package.required_by)))
        return f"{where}, required by {asking}"

    def of_source(self, source: str) -> tuple[str, ...]:
        package = self._lock.find(source)
        return () if package is None else (f"locked in {self.of(package)}",)


def _other_failures(
    published: Published, problems: Sequence[Problem], where: _Where
) -> Iterator[Problem]:
    """What failed, but for what was said already: that a registry cannot be used, for example."""
    said = [problem.finding.message for problem in problems]
    for source, failure in published.failures:
        message = failure.message.partition("; ")[0].rstrip(".")
        if not any(m.startswith(message) for m in said):
            yield Problem(failure, where.of_source(source))


def _lines(published: Published, where: _Where) -> Iterator[str]:
    """A line for each package whose tag has moved or is gone, by source."""
    told = [
        (package, "~", f"moved from {short_version(package.digest)} to {short_version(now)}")
        for package, now in published.moved
    ]
    told += [(package, "-", "is gone") for package in published.gone]
    for package, sign, what in sorted(told, key=lambda line: line[0].source):
        version = short_version(package.version)
        yield f"{sign} {package.source} {version} {what} ({where.of(package, 'version')})"


def _then(packages: Sequence[LockedPackage]) -> str:
    """What takes other versions of the packages."""
    sources = [package.source for package in packages if not is_digest(package.version)]
    if not sources:
        return "Whoever asks for a digest that is gone has to name another one."
    shown = ",".join(sources) if len(sources) <= _MOST_SOURCES else "SOURCE"
    return f"`xpkg lock --upgrade {shown} …` takes what is there now."


def _source(package: LockedPackage) -> str:
    return package.source
