"""Finds the packages in a repository and the globs that make each build: what `tailor` writes.

A package is where a meta object is, whatever its file is called. What cannot be package content
is left out of `sources`, and the reason is told.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from dataclasses import dataclass
from typing import Collection, Generic, Iterable, Iterator, Mapping, TypeVar

from .heads import Head, read_head
from .kinds import PACKAGE_TYPES, ObjectKind
from .package import walk_key

# Functions' repositories call the folder `example`, all others `examples`.
_EXAMPLE_FOLDERS = ("examples", "example")

# By this name repositories call the folder of a package that is not the repository itself.
_PACKAGE_FOLDER = "package"

T = TypeVar("T")


@dataclass(frozen=True)
class Adoption:
    """A target to write: in the BUILD file of `directory`, with the fields that are not None.

    `files` are the paths of its source files, `comments` the lines to put above it.
    """

    directory: str
    name: str | None
    sources: tuple[str, ...] | None
    examples: tuple[str, ...] | None
    comments: tuple[str, ...]
    files: tuple[str, ...]


def adopt(files: Mapping[str, bytes], owned: Collection[str]) -> tuple[Adoption, ...]:
    """The targets for the packages in `files` (YAML files by their path from the repository's
    root) whose meta object is not in a file of `owned`."""
    heads = _Tree({path: read_head(path, data) for path, data in files.items()})
    found: dict[str, list[str]] = {}
    for path in sorted(files, key=walk_key):
        if heads.at[path].metas:
            found.setdefault(posixpath.dirname(path), []).append(path)
    metas = _Tree(found)
    return tuple(
        _adopt_one(root, meta, metas, heads)
        for root in sorted(found, key=walk_key)
        for meta in found[root]
        if meta not in owned
    )


class _Tree(Generic[T]):
    """Values by their paths (`at`), of which those below a folder are found without looking at all
    others: a repository has thousands of packages."""

    def __init__(self, at: Mapping[str, T]) -> None:
        self.at = at
        self._paths = sorted(at)

    def _range(self, folder: str) -> tuple[int, int] | None:
        """From where to where the paths below the folder are; None where there is none."""
        if not folder:
            return (0, len(self._paths)) if self._paths else None
        # `0` comes next after `/`.
        first, end = bisect_left(self._paths, f"{folder}/"), bisect_left(self._paths, f"{folder}0")
        return (first, end) if first < end else None

    def outside(self, folder: str, inner: Iterable[str]) -> Iterator[str]:
        """The paths below the folder that are below none of the `inner` ones."""
        skipped = dict(filter(None, map(self._range, inner)))
        place, end = self._range(folder) or (0, 0)
        while place < end:
            if place in skipped:
                place = skipped[place]
            else:
                yield self._paths[place]
                place += 1

    def outermost(self, folder: str) -> list[str]:
        """The paths below the folder that are below no other one of these."""
        chosen: list[str] = []
        skipped: dict[int, int] = {}
        place, end = self._range(folder) or (0, 0)
        while place < end:
            if place in skipped:
                place = skipped[place]
                continue
            path = self._paths[place]
            if path != folder:
                chosen.append(path)
                skipped.update(filter(None, [self._range(path)]))
            place += 1
        return chosen

    def has_below(self, folder: str) -> bool:
        return self._range(folder) is not None


_Heads = _Tree[Head]
_Metas = _Tree[list[str]]


def _adopt_one(root: str, meta: str, metas: _Metas, heads: _Heads) -> Adoption:
    directory = _build_directory(root, metas, heads)
    prefix = f"{_literal(_below(root, directory))}/" if directory != root else ""
    nested = metas.outermost(root)
    own_folders = [f for f in _EXAMPLE_FOLDERS if heads.has_below(posixpath.join(root, f))]
    beside = [] if directory == root else _beside(directory, heads)

    others = {other for other in metas.at[root] if other != meta}
    reasons: dict[str, str] = {}
    kept: list[str] = []
    for path in heads.outside(root, nested):
        head = heads.at[path]
        relative = _below(path, root)
        if relative.split("/")[0] in own_folders:
            continue
        other_meta = path in others
        reason = (
            "the meta object of another package" if other_meta else _why_not(head, heads.at[meta])
        )
        if reason:
            reasons[relative] = reason
        else:
            kept.append(path)
    excluded = _folded(reasons, [_below(path, root) for path in kept])
    packages = (_below(folder, root) for folder in nested)
    excluded.update(_own_packages(p for p in packages if p.split("/")[0] not in own_folders))

    # The default's `!examples/**` stays, so that a folder that comes later is examples too.
    folders = dict.fromkeys(["examples", *own_folders] if not prefix else own_folders)
    excludes = [*(f"{_literal(folder)}/**" for folder in folders), *excluded]
    sources = (*_yaml_globs(prefix, kept), *(f"!{prefix}{pattern}" for pattern in excludes))
    like_default = not prefix and excludes == ["examples/**"]

    examples: list[str] = []
    left_out: dict[str, str] = {}
    example_folders = [*(prefix + folder for folder in own_folders), *beside]
    for folder in example_folders:
        path = posixpath.join(directory, folder)
        examples += _yaml_globs(f"{_literal(folder)}/", heads.outside(path, ()))
        left_out.update(_examples_left_out(path, directory, heads, metas))
    examples += [f"!{pattern}" for pattern in left_out]
    default_examples = example_folders in ([], ["examples"]) and not left_out

    comments = [f"# Left out of `sources`: {prefix}{p}: {why}." for p, why in excluded.items()]
    comments += [f"# Left out of `examples`: {p}: {why}." for p, why in left_out.items()]
    several = len(metas.at[root]) > 1
    return Adoption(
        directory=directory,
        name=posixpath.splitext(posixpath.basename(meta))[0] if several else None,
        # What equals the defaults of the target's fields is not written.
        sources=None if like_default else sources,
        examples=None if default_examples else tuple(examples),
        comments=tuple(comments),
        files=tuple(sorted(kept, key=walk_key)),
    )


def _yaml_globs(prefix: str, paths: Iterable[str]) -> list[str]:
    """Globs for the endings that occur: Pants warns of one that matches nothing."""
    endings = {posixpath.splitext(path)[1] for path in paths}
    return [f"{prefix}**/*{ending}" for ending in (".yaml", ".yml") if ending in endings]


def _build_directory(root: str, metas: _Metas, heads: _Heads) -> str:
    """Where the BUILD file lies: the package's folder, or its parent when that holds examples."""
    parent, name = posixpath.split(root)
    if name == _PACKAGE_FOLDER and parent not in metas.at and _beside(parent, heads):
        return parent
    return root


def _beside(parent: str, heads: _Heads) -> list[str]:
    return [f for f in _EXAMPLE_FOLDERS if heads.has_below(posixpath.join(parent, f))]


def _why_not(head: Head, meta: Head) -> str | None:
    """Why a file is no content of the package, or None when it may be.

    A file of which one document is right stays, and so does one that is broken: lint names the
    line then, and nothing is lost without a word.
    """
    if head.template:
        return "a template, not YAML"
    if head.broken or not head.kinds or head.metas:
        return None
    allowed = frozenset[ObjectKind]().union(*(PACKAGE_TYPES[m.kind].objects for m in meta.metas))
    if any(kind in allowed for kind in head.kinds):
        return None
    return _not_content(head, f"not allowed in a {meta.metas[0].kind}")


def _not_content(head: Head, fault: str) -> str:
    kinds = sorted({str(kind) for kind in head.kinds if kind})
    return f"{', '.join(kinds)} is {fault}" if kinds else "not a Kubernetes object"


def _examples_left_out(folder: str, directory: str, heads: _Heads, metas: _Metas) -> dict[str, str]:
    roots = metas.outermost(folder)
    reasons, kept = {}, []
    for path in heads.outside(folder, roots):
        head = heads.at[path]
        relative = _below(path, directory)
        if head.template:
            reasons[relative] = "a template, not YAML"
        elif head.kinds and not head.broken and not any(head.kinds):
            reasons[relative] = "not a Kubernetes object"
        else:
            kept.append(relative)
    folded = _folded(reasons, kept)
    folded.update(_own_packages(_below(root, directory) for root in roots))
    return folded


def _own_packages(folders: Iterable[str]) -> dict[str, str]:
    return {
        f"{_literal(folder)}/**": "a package of its own" for folder in sorted(folders, key=walk_key)
    }


def _folded(reasons: Mapping[str, str], kept: Iterable[str]) -> dict[str, str]:
    """The files of `reasons` as glob patterns: a whole folder where nothing in it is kept."""
    used = {folder for path in kept for folder in _parents(path)}
    folded: dict[str, str] = {}
    for path in sorted(reasons, key=walk_key):
        folder = next((f for f in reversed(_parents(path)) if f not in used), None)
        if folder is None:
            folded[_literal(path)] = reasons[path]
            continue
        pattern = f"{_literal(folder)}/**"
        why = reasons[path]
        folded[pattern] = why if folded.get(pattern, why) == why else "no package content"
    return folded


def _parents(path: str) -> list[str]:
    """The folders above `path`, the nearest first: `a/b/c` has `a/b` and `a`."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:i]) for i in range(len(parts), 0, -1)]


def _below(path: str, folder: str) -> str:
    """`path` as seen from `folder`, which is above it."""
    return path[len(folder) + 1 :] if folder else path


def _literal(path: str) -> str:
    """A glob that matches `path`: special characters, and those that would need an escape in a
    BUILD file, are matched as any one character."""
    return "".join("?" if c in "*?[]{}!\\\"'" or not c.isprintable() else c for c in path)
