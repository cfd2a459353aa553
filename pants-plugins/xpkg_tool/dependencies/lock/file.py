"""The lock file, `xpkg.lock`: JSON that people review and that git merges.

It has one value on each line, everything in it is sorted, and nothing in it comes from the machine
or the moment that wrote it: the same lock has the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Callable, Iterator, Mapping, Union

from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.model import (
    Lock,
    LockedDependency,
    LockedPackage,
    Requirement,
)
from xpkg_tool.dependencies.model import (
    is_digest,
    object_name,
    parse_source,
    without_identifier,
)
from xpkg_tool.diagnostics.finding import Finding, Position, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, locate
from xpkg_tool.documents.stream import Document
from xpkg_tool.package.types import PACKAGE_TYPES

__all__ = ["FILE_NAME", "FORMAT_VERSION", "LOCK_FILE", "object_name", "read_lock", "write_lock"]

LOCK_FILE = Rule("XP150", "lock-file", "The lock file cannot be read.")

# At the top of a repository.
FILE_NAME = "xpkg.lock"
# Raised when a field changes its meaning or is removed; new fields do not change it.
FORMAT_VERSION = 1

# In bytes. A package takes about one thousand.
_LARGEST = 64 * 1024 * 1024
# No lock has more that is worth reading.
_MOST_FINDINGS = 1_000

_LONGEST_INTEGER = 40

_CONFLICT = re.compile(rb"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)
_PLATFORM = re.compile(r"[a-z0-9]+(?:/[a-z0-9._]+){1,2}")
_WRITE_AGAIN = "Write the lock again, with `xpkg lock` or `pants generate-lockfiles`"
_RESTORE = f"Restore the file from version control, or remove it. {_WRITE_AGAIN}."

_KINDS = {
    type(None): "null",
    bool: "a boolean",
    float: "a number",
    int: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
}
_Check = Callable[[Any], Union[str, None]]


def write_lock(lock: Lock) -> bytes:
    """The lock as the file's bytes, whatever the order of what is in it."""
    document = {
        "formatVersion": FORMAT_VERSION,
        "packages": [_package(package) for package in _in_order(lock).packages],
    }
    return (json.dumps(document, indent=2) + "\n").encode("ascii")


def read_lock(data: bytes, path: str) -> Lock:
    """The lock in the file `path`, which is named in messages; everything in it is sorted. Raises
    LockError with all that is wrong."""
    return _in_order(_Reader(path, data).lock())


def _in_order(lock: Lock) -> Lock:
    packages = (
        replace(
            package,
            platforms=dict(sorted(package.platforms.items())),
            dependencies=tuple(sorted(package.dependencies)),
            required_by=tuple(sorted(package.required_by)),
        )
        for package in lock.packages
    )
    return Lock(tuple(sorted(packages, key=lambda package: package.source)))


def _package(package: LockedPackage) -> dict[str, Any]:
    return {
        "source": package.source,
        "version": package.version,
        "digest": package.digest,
        "kind": package.kind,
        "objectName": package.object_name,
        "platforms": dict(package.platforms),
        "dependencies": [
            {
                "source": dependency.source,
                "apiVersion": dependency.api_version,
                "kind": dependency.kind,
                "constraint": dependency.constraint,
            }
            for dependency in package.dependencies
        ],
        "requiredBy": [
            {"by": requirement.by, "constraint": requirement.constraint}
            for requirement in package.required_by
        ],
    }


class _Reader:
    """Reads one file, and gathers what is wrong with it."""

    def __init__(self, path: str, data: bytes) -> None:
        self._path, self._data = path, data
        self._findings: list[Finding] = []
        self._repeated = False
        self._document: Document | None = None

    def lock(self) -> Lock:
        value = self._parsed()
        if self._repeated:
            self._note_repeated_keys()
        self._stop_if_wrong()
        if not isinstance(value, dict):
            self._wrong((), f"A lock must be an object, not {_kind(value)}")
        else:
            self._check_format(value)
        self._stop_if_wrong()
        packages = list(self._packages(value))
        self._check_sources(packages)
        self._stop_if_wrong()
        return Lock(tuple(package for _, package in packages))

    def _parsed(self) -> Any:
        if len(self._data) > _LARGEST:
            self._note(f"The file has more than {_LARGEST:,} bytes", _RESTORE)
            return None
        conflicts = list(_CONFLICT.finditer(self._data))
        if any(found[0].startswith(b"<") for found in conflicts):
            self._note_conflicts(conflicts)
            return None
        try:
            return json.loads(
                self._data.decode("utf-8-sig"),
                object_pairs_hook=self._object,
                parse_int=_integer,
            )
        except UnicodeDecodeError as error:
            line = self._data.count(b"\n", 0, error.start) + 1
            self._note("The file is not UTF-8", _RESTORE, Position(line, 1))
        except json.JSONDecodeError as error:
            lines = error.doc.split("\n")
            source = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
            place = Position(error.lineno, error.colno, source)
            self._note(f"The file is not JSON: {error.msg}", _RESTORE, place)
        except RecursionError:
            self._note("The file is not a lock: it nests too deeply", _RESTORE)
        return None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        self._repeated |= len(value) < len(pairs)
        return value

    def _note_conflicts(self, conflicts: list[re.Match[bytes]]) -> None:
        for found in conflicts:
            if found[0].startswith(b"<"):
                line = self._data.count(b"\n", 0, found.start()) + 1
                text = found[0].decode("utf-8", "replace").rstrip("\r")
                self._note(
                    "The file has the markers of a merge conflict",
                    f"Take one side as a whole, for example with `git checkout --ours -- "
                    f"{self._path}`. {_WRITE_AGAIN}: it adds what the other side had.",
                    Position(line, 1, text, len(text)),
                )

    def _note_repeated_keys(self) -> None:
        from xpkg_tool.documents.positions import repeated_keys

        for key, _, place in repeated_keys(self._located()):
            self._note(f"`{cut(key)}` is already in this object", _RESTORE, place)
        if not self._findings:
            self._note("A key is twice in one object", _RESTORE)

    def _check_format(self, value: Mapping[str, Any]) -> None:
        version = value.get("formatVersion")
        if type(version) is not int:
            self._field((), value, "formatVersion", _must_be_an_integer)
        elif version > FORMAT_VERSION:
            self._wrong(
                ("formatVersion",),
                f"The lock has the format {version}, and this release of pants-xpkg knows "
                f"{FORMAT_VERSION} only",
                "Use the release of pants-xpkg that wrote the file, or a newer one.",
            )
        elif version < 1:
            self._wrong(("formatVersion",), f"There is no format {version}")

    def _packages(self, value: Mapping[str, Any]) -> Iterator[tuple[int, LockedPackage]]:
        for index, entry in self._objects((), value, "packages"):
            package = self._package(("packages", index), entry)
            if package is not None:
                yield index, package

    def _package(self, path: PathOf, entry: Mapping[str, Any]) -> LockedPackage | None:
        before = len(self._findings)
        source = self._field(path, entry, "source", _source)
        version = self._field(path, entry, "version", _text)
        digest = self._field(path, entry, "digest", _digest)
        kind = self._field(path, entry, "kind", _package_kind)
        platforms = self._field(path, entry, "platforms", _must_be(dict, "an object"))
        name = self._field(path, entry, "objectName", _text)
        if isinstance(platforms, dict):
            for platform, value in platforms.items():
                self._platform((*path, "platforms", platform), platform, value)
        if source is not None and name is not None and name != object_name(source):
            self._wrong(
                (*path, "objectName"),
                f"`objectName` must be {object_name(source)!r}, as the package manager names "
                f"what it installs from this source",
            )
        dependencies = tuple(
            self._dependency((*path, "dependencies", index), item)
            for index, item in self._objects(path, entry, "dependencies")
        )
        required_by = tuple(
            self._requirement((*path, "requiredBy", index), item)
            for index, item in self._objects(path, entry, "requiredBy")
        )
        if len(self._findings) > before:
            return None
        return LockedPackage(
            source, version, digest, kind, name, platforms, dependencies, required_by
        )

    def _platform(self, path: PathOf, platform: str, value: Any) -> None:
        problem = _digest(value)
        if not _PLATFORM.fullmatch(platform):
            self._wrong(path, f"{cut(platform)!r} is not a platform such as `linux/amd64`")
        elif problem:
            self._wrong(path, f"The digest of {platform} {problem}")

    def _dependency(self, path: PathOf, entry: Mapping[str, Any]) -> LockedDependency:
        return LockedDependency(
            self._field(path, entry, "source", _text),
            self._field(path, entry, "apiVersion", _text),
            self._field(path, entry, "kind", _text),
            self._field(path, entry, "constraint", _must_be(str, "a string")),
        )

    def _requirement(self, path: PathOf, entry: Mapping[str, Any]) -> Requirement:
        return Requirement(
            self._field(path, entry, "by", _text),
            self._field(path, entry, "constraint", _must_be(str, "a string")),
        )

    def _check_sources(self, packages: list[tuple[int, LockedPackage]]) -> None:
        first: dict[str, int] = {}
        for index, package in packages:
            before = first.setdefault(package.source, index)
            if before != index:
                line = self._place(("packages", before, "source")).line
                self._wrong(
                    ("packages", index, "source"),
                    f"{package.source} is already in the lock, in line {line}; a cluster with two "
                    f"packages of one source installs nothing any more",
                    f"Remove one of the two. {_WRITE_AGAIN}.",
                )

    def _objects(
        self, path: PathOf, parent: Mapping[str, Any], name: str
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The objects of a list, each with its index."""
        items = self._field(path, parent, name, _must_be(list, "a list"))
        for index, item in enumerate(items or ()):
            if isinstance(item, dict):
                yield index, item
            else:
                self._wrong((*path, name, index), f"The entry must be an object, not {_kind(item)}")

    def _field(self, path: PathOf, parent: Mapping[str, Any], name: str, check: _Check) -> Any:
        """The value of a field, or None where it is wrong."""
        if name not in parent:
            self._wrong(path, f"`{name}` is missing")
            return None
        problem = check(parent[name])
        if problem:
            self._wrong((*path, name), f"`{name}` {problem}")
            return None
        return parent[name]

    def _wrong(self, path: PathOf, message: str, remedy: str = _RESTORE) -> None:
        if len(self._findings) < _MOST_FINDINGS:
            self._note(message, remedy, self._place(path))

    def _place(self, path: PathOf) -> Position:
        return locate(self._located(), path)

    def _located(self) -> Document:
        # JSON is YAML, whose parser knows where everything is.
        if self._document is None:
            text = self._data.decode("utf-8-sig").replace("\r\n", "\n")
            self._document = Document(self._path, 0, 1, 1, text)
        return self._document

    def _note(self, message: str, remedy: str, place: Position | None = None) -> None:
        self._findings.append(LOCK_FILE.finding(f"{message}.", remedy, self._path, place))

    def _stop_if_wrong(self) -> None:
        if self._findings:
            raise LockError(self._findings)


def _integer(text: str) -> int:
    """Reading one with millions of digits takes minutes; no field has so large a number."""
    return int(text[:_LONGEST_INTEGER])


def _kind(value: Any) -> str:
    return _KINDS[type(value)]


def _must_be(form: type, noun: str) -> _Check:
    return lambda value: None if type(value) is form else f"must be {noun}, not {_kind(value)}"


def _must_be_an_integer(value: Any) -> str | None:
    problem = _must_be(int, "an integer")(value)
    return "must be an integer" if problem and type(value) is float else problem


def _text(value: Any) -> str | None:
    problem = _must_be(str, "a string")(value)
    return problem or (None if value else "must not be empty")


def _source(value: Any) -> str | None:
    problem = _text(value)
    if problem:
        return problem
    source = parse_source(value)
    if source is None or not source.registry or without_identifier(value) != value:
        return f"must be `host/repository`, without tag and digest, not {cut(value)!r}"
    return None


def _digest(value: Any) -> str | None:
    problem = _text(value)
    if problem or is_digest(value):
        return problem
    return f"must be `sha256:` and 64 hexadecimal digits, not {cut(value)!r}"


def _package_kind(value: Any) -> str | None:
    problem = _text(value)
    if problem or value in PACKAGE_TYPES:
        return problem
    return f"must be one of {', '.join(PACKAGE_TYPES)}, not {cut(value)!r}"
