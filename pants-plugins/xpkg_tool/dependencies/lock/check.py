"""Whether a lock fits the packages of a repository, without asking a registry."""

from __future__ import annotations

from typing import Collection, Iterable, Iterator, Sequence

from xpkg_tool.dependencies.lock.entries import Entry, all_dialects, entries_below, is_source
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import read_lock
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.places import Places
from xpkg_tool.dependencies.lock.problems import LOCK_KIND, wrong_kind
from xpkg_tool.dependencies.pinning import DEPENDENCY_PIN
from xpkg_tool.diagnostics.finding import WARNING, Finding, cut, in_order
from xpkg_tool.diagnostics.rule import Rule

LOCK_CONSTRAINT = Rule(
    "XP151", "lock-constraint", "The locked version does not satisfy a dependency's constraint."
)
LOCK_MISSING = Rule("XP152", "lock-missing", "A dependency is not in the lock.")
LOCK_UNUSED = Rule("XP153", "lock-unused", "Nothing needs a locked package.", WARNING)


def check_lock(
    data: bytes,
    path: str,
    entries: Iterable[Entry],
    own: Collection[str],
    command: str,
) -> tuple[Finding, ...]:
    """What is wrong with the lock in the file `path`, which has these bytes, for packages that have
    these entries; `own` are the sources of the repository's own packages. `command` is what writes
    the lock again."""
    try:
        lock = read_lock(data, path)
    except LockError as error:
        return error.findings
    check = _Check(lock, data, path, own, command)
    return in_order(check.findings(tuple(entries)))


def unsaid(findings: Iterable[Finding], said: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings but for what builds of pinned packages have said already: that the lock cannot
    be read, or that it does not have what the dependency in a place asks for."""
    known = frozenset(said)
    pins = {(f.path, f.position) for f in known if f.code == DEPENDENCY_PIN.code}
    repeated = (LOCK_CONSTRAINT.code, LOCK_MISSING.code, LOCK_KIND.code)
    return tuple(
        f
        for f in findings
        if f not in known and not (f.code in repeated and (f.path, f.position) in pins)
    )


class _Check:
    def __init__(
        self,
        lock: Lock,
        data: bytes,
        path: str,
        own: Collection[str],
        command: str,
    ) -> None:
        self._packages = {package.source: package for package in lock.packages}
        self._path, self._places = path, Places(data, path)
        self._own = own
        self._remedy = f"Write the lock again: `{command}`."

    def findings(self, entries: Sequence[Entry]) -> Iterator[Finding]:
        dialects = all_dialects(entries)
        needed: set[str] = set()
        pending = list(entries)
        while pending:
            waiting, pending = pending, []
            for entry in waiting:
                if not self._is_lockable(entry):
                    continue
                yield from self._entry(entry)
                package = self._packages.get(entry.source)
                if package is not None and package.source not in needed:
                    needed.add(package.source)
                    pending += entries_below(package.source, package.dependencies, dialects)
        for source in self._packages:
            if source not in needed:
                yield LOCK_UNUSED.finding(
                    f"Nothing depends on {source} any more.",
                    self._remedy,
                    self._path,
                    self._places.of(source),
                )

    def _is_lockable(self, entry: Entry) -> bool:
        """What cannot be locked at all is the finding of another rule."""
        return entry.source not in self._own and is_source(entry.source) and entry.range.readable

    def _entry(self, entry: Entry) -> Iterator[Finding]:
        package = self._packages.get(entry.source)
        asks = "the package depends on it" if entry.meta else f"{entry.by} depends on it"
        if not entry.kind:
            asks = f"{entry.by} installs it"
        if package is None:
            message = f"{entry.source} is not in {self._path}, but {asks}."
            yield self._finding(LOCK_MISSING, entry, message)
            return
        if not entry.range.is_satisfied(package.version):
            message = (
                f"{self._path} has {entry.source} at {package.version}, which does not satisfy "
                f"{cut(entry.constraint)!r}"
            )
            who = "." if entry.meta is not None else f" of {entry.by}."
            yield self._finding(LOCK_CONSTRAINT, entry, f"{message}{who}", field="version")
        if entry.kind and entry.kind != package.kind:
            yield wrong_kind(entry, entry.source, package.version, package.kind)

    def _finding(self, rule: Rule, entry: Entry, message: str, *, field: str = "") -> Finding:
        if entry.meta is not None:
            return entry.finding(rule, message, self._remedy, field=field)
        return rule.finding(message, self._remedy, self._path, self._places.of(entry.by))
