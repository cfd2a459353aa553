"""The lint rules for a whole package: what Crossplane's own build refuses, all of it at once.

The rules are those of crossplane-runtime's pkg/xpkg; docs/lint-rules.md
explains each code.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from xpkg_tool.diagnostics.finding import Finding, few_others
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.contents import UNKNOWN_KIND
from xpkg_tool.lint.cross_object import check_objects
from xpkg_tool.package.content import Meta, PackageContent
from xpkg_tool.package.file import Object
from xpkg_tool.package.types import (
    ALL_META,
    ALL_OBJECTS,
    META_GROUP,
    PACKAGE_TYPES,
    ObjectKind,
    PackageType,
    bullet_list,
    nearest,
    type_of_meta,
    types_that_hold,
)

META_MISSING = Rule("XP101", "no-meta", "The package has no meta object.", fatal=True)
META_SEVERAL = Rule("XP102", "several-metas", "The package has several meta objects.", fatal=True)
META_UNKNOWN = Rule(
    "XP103", "unknown-meta", "The meta object has an unknown kind or version.", fatal=True
)
PACKAGE_TYPE = Rule("XP104", "package-type", "The meta object is not of the requested type.")
PACKAGE_SIZE = Rule(
    "XP106", "package-size", "The package is larger than the package manager reads.", fatal=True
)
KIND_NOT_ALLOWED = Rule(
    "XP203",
    "kind-not-allowed",
    "This type of package cannot hold an object of this kind.",
    fatal=True,
)

# Upstream reads at most this much of package.yaml and silently drops the rest.
LARGEST_PACKAGE = 200 * 1024 * 1024


def lint(content: PackageContent, package_type: str | None, whole: bool) -> list[Finding]:
    """All findings for the package. `package_type` is the type that was asked for, if any; `whole`
    says that all documents could be read: else the meta object is not called missing."""
    known = [meta for meta in content.metas if type_of_meta(meta.object.kind) is not None]
    findings = [_unknown_meta(m) for m in content.metas if type_of_meta(m.object.kind) is None]
    if not content.metas and whole:
        findings.append(_no_meta(content))
    if len(content.metas) > 1:
        findings += _several_metas(content.metas)
    if package_type is not None:
        findings += [
            _of_another_type(meta, package_type)
            for meta in known
            if meta.object.kind.kind != package_type
        ]
    types = {t for meta in known if (t := type_of_meta(meta.object.kind))}
    # With metas of two types, what is allowed is not known; the metas themselves are the fault.
    type = types.pop() if len(types) == 1 else None
    for object in content.objects:
        findings += _object_rules(object, type)
    return [*findings, *check_objects(content)]


def too_large(size: int) -> Finding | None:
    """A finding when package.yaml has more bytes than upstream reads."""
    if size <= LARGEST_PACKAGE:
        return None
    return PACKAGE_SIZE.finding(
        f"The package's objects have {size:,} bytes; the package manager reads at most "
        f"{LARGEST_PACKAGE:,} and silently drops the rest.",
        "Split the package: each part needs its own meta object.",
    )


def _no_meta(content: PackageContent) -> Finding:
    install = next((o for o in content.objects if _installs_a_package(o.kind)), None)
    if install is None:
        return META_MISSING.finding(
            "The package has no meta object.",
            f"Add a file, usually crossplane.yaml, with one of: {bullet_list(ALL_META)}.",
        )
    return install.finding(
        META_MISSING,
        "The package has no meta object; this one installs a package.",
        f"A meta object has the apiVersion {META_GROUP}/v1.",
        ("apiVersion",),
    )


def _installs_a_package(kind: ObjectKind) -> bool:
    return kind.group == "pkg.crossplane.io" and kind.kind in PACKAGE_TYPES


def _several_metas(metas: Sequence[Meta]) -> Iterator[Finding]:
    places = [f"{m.object.document.path}:{m.object.document.line}" for m in metas]
    for index, meta in enumerate(metas):
        others = few_others(places, index)
        yield meta.object.finding(
            META_SEVERAL,
            f"The package has {len(metas)} meta objects; the others are at {others}.",
            "Keep one: leave the files of the others out of `sources`, and give a package inside "
            "the package its own target.",
            ("kind",),
        )


def _unknown_meta(meta: Meta) -> Finding:
    kind = meta.object.kind
    guess = nearest(kind, ALL_META)
    hint = f"Did you mean {guess}? " if guess else ""
    return meta.object.finding(
        META_UNKNOWN,
        f"{kind} is not a meta object that the package manager knows.",
        f"{hint}Supported: {bullet_list(ALL_META)}.",
        ("apiVersion" if guess and guess.kind == kind.kind else "kind",),
    )


def _of_another_type(meta: Meta, package_type: str) -> Finding:
    kind = meta.object.kind.kind
    return meta.object.finding(
        PACKAGE_TYPE,
        f"The meta object is a {kind}, but the target's `package_type` is {package_type!r}.",
        f'Set `package_type="{kind}"` on the target, or change the meta object.',
        ("kind",),
    )


def _object_rules(object: Object, type: PackageType | None) -> Iterator[Finding]:
    kind = object.kind
    if kind not in ALL_OBJECTS:
        guess = nearest(kind, ALL_OBJECTS)
        yield object.finding(
            UNKNOWN_KIND,
            f"No package can hold an object of the kind {kind}.",
            (f"Did you mean {guess}? " if guess else "")
            + "Leave the file out of `sources` if it is not part of the package.",
            ("apiVersion" if guess and guess.kind == kind.kind else "kind",),
        )
    elif type is not None and kind not in type.objects:
        holders = " or a ".join(types_that_hold(kind))
        yield object.finding(
            KIND_NOT_ALLOWED,
            f"A {type.name} cannot hold an object of the kind {kind}; only a {holders} can.",
            f"Leave the file out of `sources`. A {type.name} can hold: "
            f"{bullet_list(type.objects)}.",
            ("kind",),
        )
