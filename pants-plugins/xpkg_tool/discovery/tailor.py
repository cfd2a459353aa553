"""Finds the packages in a repository, and the globs with which each builds: what `tailor` writes.

A meta object makes a package, whatever its file is called. What cannot be package content is left
out of `sources`, with a reason.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections import Counter
from typing import Collection, Iterable, Mapping

from xpkg_tool.discovery import kustomize
from xpkg_tool.discovery.path_tree import PathTree
from xpkg_tool.messages.tailor import NewTarget
from xpkg_tool.package.content import walk_key
from xpkg_tool.package.quick_scan import Head, read_head
from xpkg_tool.package.types import PACKAGE_TYPES, ObjectKind

# Repositories of functions name the folder `example`, all others `examples`.
_EXAMPLE_FOLDERS = ("examples", "example")

# If at least this many files have the same name, one glob leaves them all out.
_MANY = 3

# The API groups of `Project` objects, from which another program makes a package.
_PROJECT_GROUPS = ("meta.dev.upbound.io", "dev.crossplane.io")

# The usual name of a package's folder inside its repository.
_PACKAGE_FOLDER = "package"


def adopt(files: Mapping[str, bytes], owned: Collection[str]) -> tuple[NewTarget, ...]:
    """The targets for the packages in `files` (YAML files by path relative to the repository's
    root) whose meta object is not in one of the files `owned`."""
    heads = PathTree({path: read_head(path, data) for path, data in files.items()})
    patches = kustomize.patches(files)
    found: dict[str, list[str]] = {}
    for path in sorted(files, key=walk_key):
        if heads.at[path].metas:
            found.setdefault(posixpath.dirname(path), []).append(path)
    metas = PathTree(found)
    apart = _Apart(metas, heads)
    return tuple(
        _adopt_one(root, meta, metas, heads, patches, apart)
        for root in sorted(found, key=walk_key)
        for meta in found[root]
        if meta not in owned
    )


_Heads = PathTree[Head]
_Metas = PathTree[list[str]]


def projects(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files that describe a project, such as `upbound.yaml` and `crossplane-project.yaml`, from
    which another program makes a package that does not exist yet."""
    found = []
    for path in sorted(files, key=walk_key):
        kinds = read_head(path, files[path]).kinds if b"Project" in files[path] else ()
        if any(k and k.kind == "Project" and k.group in _PROJECT_GROUPS for k in kinds):
            found.append(path)
    return tuple(found)


def _adopt_one(
    root: str,
    meta: str,
    metas: _Metas,
    heads: _Heads,
    patches: Mapping[str, str],
    apart: _Apart,
) -> NewTarget:
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
        reason = (
            "the meta object of another package"
            if path in others
            else _kustomized(path, head, patches) or _why_not(head, heads.at[meta])
        )
        if reason:
            reasons[relative] = reason
        else:
            kept.append(path)
    kept_here = [_below(path, root) for path in kept]
    excluded = _by_name(_folded(reasons, kept_here), kept_here)
    packages = (_below(folder, root) for folder in nested)
    excluded.update(_own_packages(p for p in packages if p.split("/")[0] not in own_folders))

    # Keep the default's `!examples/**`, so that a folder added later counts as examples, too.
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
        left_out.update(_examples_left_out(path, directory, heads, metas, patches))
    examples += [f"!{pattern}" for pattern in left_out]
    default_examples = example_folders in ([], ["examples"]) and not left_out

    comments = [f"# Left out of `sources`: {prefix}{p}: {why}." for p, why in excluded.items()]
    comments += [f"# Left out of `examples`: {p}: {why}." for p, why in left_out.items()]
    comments += _doubts(root, meta, metas, heads, kept, apart)
    return NewTarget(
        directory=directory,
        name=_name(meta, metas.at[root]),
        # Values that equal the defaults of the target's fields are not written.
        sources=None if like_default else sources,
        examples=None if default_examples else tuple(examples),
        comments=tuple(comments),
        files=tuple(sorted(kept, key=walk_key)),
    )


def _name(meta: str, metas: list[str]) -> str | None:
    """The target's name if it cannot be that of the folder: the name of the meta object's file."""
    if len(metas) == 1:
        return None
    stems = [posixpath.splitext(posixpath.basename(path))[0] for path in metas]
    stem = posixpath.splitext(posixpath.basename(meta))[0]
    return stem if stems.count(stem) == 1 else posixpath.basename(meta).replace(".", "-")


class _Apart:
    """The files next to packages that are not in any package, looked up once per folder."""

    def __init__(self, metas: _Metas, heads: _Heads) -> None:
        self._metas, self._heads = metas, heads
        self._known: dict[tuple[str, frozenset[ObjectKind]], tuple[str, ...]] = {}

    def beside(self, root: str, allowed: frozenset[ObjectKind]) -> tuple[str, ...]:
        """The files and folders next to the folder `root` that contain objects of these kinds."""
        parent = posixpath.dirname(root)
        # If the parent folder is a package itself, everything in it belongs to that.
        if not root or parent in self._metas.at:
            return ()
        key = (parent, allowed)
        if key not in self._known:
            self._known[key] = tuple(sorted(self._found(parent, allowed)))
        return self._known[key]

    def _found(self, parent: str, allowed: frozenset[ObjectKind]) -> set[str]:
        return {
            _below(path, parent).split("/")[0]
            for path in self._heads.outside(parent, self._metas.outermost(parent))
            if any(kind in allowed for kind in self._heads.at[path].kinds)
        }


def _doubts(
    root: str, meta: str, metas: _Metas, heads: _Heads, kept: Iterable[str], apart: _Apart
) -> list[str]:
    """Comments on what only a person can decide."""
    allowed = _allowed(heads.at[meta])
    has_objects = any(kind in allowed for path in kept for kind in heads.at[path].kinds)
    if len(metas.at[root]) > 1 and has_objects:
        several = "check which objects belong to this one, and leave out the others in `sources`"
        return [f"# This folder holds several packages: {several}."]
    names = () if has_objects else apart.beside(root, allowed)
    if not names:
        return []
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    beside = f"If {', '.join(names[:_MANY])}{more} beside it belongs to the package"
    remedy = f"{beside}, name both in the `sources` of a target in the folder above"
    return [f"# Only the meta object lies in {posixpath.basename(root)}. {remedy}."]


def _allowed(meta: Head) -> frozenset[ObjectKind]:
    return frozenset[ObjectKind]().union(*(PACKAGE_TYPES[m.kind].objects for m in meta.metas))


def _yaml_globs(prefix: str, paths: Iterable[str]) -> list[str]:
    """Globs for the endings that occur: Pants warns of one that matches nothing."""
    endings = {posixpath.splitext(path)[1] for path in paths}
    return [f"{prefix}**/*{ending}" for ending in (".yaml", ".yml") if ending in endings]


def _build_directory(root: str, metas: _Metas, heads: _Heads) -> str:
    """The folder of the BUILD file: the package's, or its parent if that contains the examples."""
    parent, name = posixpath.split(root)
    if name == _PACKAGE_FOLDER and parent not in metas.at and _beside(parent, heads):
        return parent
    return root


def _beside(parent: str, heads: _Heads) -> list[str]:
    return [f for f in _EXAMPLE_FOLDERS if heads.has_below(posixpath.join(parent, f))]


def _why_not(head: Head, meta: Head) -> str | None:
    """Why a file cannot be content of the package, or None if it can.

    A file with at least one valid document is kept, and so is a broken one: lint points at the
    line, and nothing is dropped silently.
    """
    if head.template:
        return "a template, not YAML"
    if head.broken or not head.kinds or head.metas:
        return None
    allowed = _allowed(meta)
    if any(kind in allowed for kind in head.kinds):
        return None
    return _not_content(head, f"not allowed in a {meta.metas[0].kind}")


def _kustomized(path: str, head: Head, patches: Mapping[str, str]) -> str | None:
    """Why a file that only kustomize reads is not content (its output may be)."""
    if path in patches and not head.metas:
        return f"a patch of {posixpath.basename(patches[path])}"
    if kustomize.is_kustomization(path) and not head.metas:
        return "not a Kubernetes object" if not any(head.kinds) else "a kustomization"
    return None


def _not_content(head: Head, fault: str) -> str:
    kinds = sorted({str(kind) for kind in head.kinds if kind})
    return f"{', '.join(kinds)} is {fault}" if kinds else "not a Kubernetes object"


def _examples_left_out(
    folder: str, directory: str, heads: _Heads, metas: _Metas, patches: Mapping[str, str]
) -> dict[str, str]:
    roots = metas.outermost(folder)
    reasons, kept = {}, []
    for path in heads.outside(folder, roots):
        head = heads.at[path]
        relative = _below(path, directory)
        kustomized = _kustomized(path, head, patches)
        if kustomized:
            reasons[relative] = kustomized
        elif head.template:
            reasons[relative] = "a template, not YAML"
        elif head.kinds and not head.broken and not any(head.kinds):
            reasons[relative] = "not a Kubernetes object"
        else:
            kept.append(relative)
    folded = _by_name(_folded(reasons, kept), kept, f"{_literal(_below(folder, directory))}/")
    folded.update(_own_packages(_below(root, directory) for root in roots))
    return folded


def _own_packages(folders: Iterable[str]) -> dict[str, str]:
    return {
        f"{_literal(folder)}/**": "a package of its own" for folder in sorted(folders, key=walk_key)
    }


def _folded(reasons: Mapping[str, str], kept: Iterable[str]) -> dict[str, str]:
    """The files of `reasons` as glob patterns: a whole folder if nothing in it is kept."""
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


def _by_name(
    excluded: Mapping[str, str], kept: Collection[str], prefix: str = ""
) -> dict[str, str]:
    """Replaces many files with the same name, none of which is kept, by one glob with `prefix`."""
    names = Counter(posixpath.basename(pattern) for pattern in excluded)
    kept_names = {posixpath.basename(path) for path in kept}
    shorter: dict[str, str] = {}
    for pattern, why in excluded.items():
        name = posixpath.basename(pattern)
        if names[name] < _MANY or name == "**" or _matched_by(name, kept_names):
            shorter[pattern] = why
            continue
        glob = f"{prefix}**/{name}"
        shorter[glob] = why if shorter.get(glob, why) == why else "no package content"
    return shorter


def _matched_by(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)


def _parents(path: str) -> list[str]:
    """The parent folders of `path`, nearest first: those of `a/b/c` are `a/b` and `a`."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:i]) for i in range(len(parts), 0, -1)]


def _below(path: str, folder: str) -> str:
    """`path` relative to its parent `folder`."""
    return path[len(folder) + 1 :] if folder else path


def _literal(path: str) -> str:
    """A glob that matches `path`: special characters, and those that would need escaping in a BUILD
    file, are replaced by `?`."""
    return "".join("?" if c in "*?[]{}!\\\"'" or not c.isprintable() else c for c in path)
