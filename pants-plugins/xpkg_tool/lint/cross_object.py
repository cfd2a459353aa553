"""The rules that look at several objects of a package at once (XP210, XP704 to XP706), and those of
contents.py and function_names.py."""

from __future__ import annotations

from typing import Iterator, Sequence

from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, few_others
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.contents import check_contents
from xpkg_tool.package.content import PackageContent
from xpkg_tool.package.crossplane_versions import CURRENT_MAJOR, majors, severity_of_old
from xpkg_tool.package.file import Object
from xpkg_tool.package.summary import Definition, Pipeline, Use
from xpkg_tool.package.types import ALL_OBJECTS, type_of_meta

DUPLICATE_OBJECT = Rule("XP210", "duplicate-object", "Two objects have the same kind and name.")
COMPOSITION_OLD = Rule("XP704", "composition-old", "A Composition works with Crossplane 1 only.")
COMPOSITE_VERSION = Rule(
    "XP705", "composite-version", "A Composition is not for the referenceable version of its XRD."
)
COMPOSITE_UNKNOWN = Rule(
    "XP706",
    "composite-unknown",
    "Nothing defines the composite resource of a Composition.",
    WARNING,
)

# A package of these kinds has no XRDs.
_WITHOUT_XRDS = frozenset({"Provider", "Function"})
# What the Crossplane CLI converts: v1.15 to v1.20 have the former command; v1.18 to v2.2 have the
# latter, for what is then left of the environment (v2.3 calls it `composition convert`).
_PIPELINE = "crossplane beta convert pipeline-composition"
_CONVERSIONS = {
    "mode": _PIPELINE,
    "resources": _PIPELINE,
    "patchSets": _PIPELINE,
    "environment": "crossplane beta convert composition-environment",
}


def check_objects(content: PackageContent) -> Iterator[Finding]:
    """All findings for what the package's objects say of each other."""
    yield from _duplicates(_installable(content))
    yield from check_contents(content)
    definitions = [o.facts for o in content.objects if isinstance(o.facts, Definition)]
    # In a package of another type a Composition is out of place, whatever it says.
    if not all(meta.object.kind.kind == "Configuration" for meta in content.metas):
        return
    for object in content.objects:
        if isinstance(object.facts, Use):
            yield from _old_composition(content, object, object.facts)
            yield from _composite_type(content, object, object.facts, definitions)
    if any(isinstance(object.facts, (Use, Pipeline)) for object in content.objects):
        # Most packages have neither Compositions nor Operations.
        from xpkg_tool.lint.function_names import check_function_names

        yield from check_function_names(content)


def _installable(content: PackageContent) -> Sequence[Object]:
    """The objects that the package can hold, by the types of its meta objects; others are errors of
    their own (XP202, XP203)."""
    types = [t for meta in content.metas if (t := type_of_meta(meta.object.kind)) is not None]
    kinds = frozenset().union(*(t.objects for t in types)) if types else ALL_OBJECTS
    return [object for object in content.objects if object.kind in kinds]


def _duplicates(objects: Sequence[Object]) -> Iterator[Finding]:
    """Objects of the same group, kind and name, whatever their versions: a cluster has one."""
    same: dict[tuple[str, str, str], list[Object]] = {}
    for object in objects:
        if object.name:
            key = (object.kind.group, object.kind.kind, object.name)
            same.setdefault(key, []).append(object)
    for found in same.values():
        places = [f"{o.document.path}:{o.document.line}" for o in found]
        for index, object in enumerate(found if len(found) > 1 else ()):
            others = few_others(places, index)
            yield object.finding(
                DUPLICATE_OBJECT,
                f"The package has {len(found)} objects of this kind and name; the others are at "
                f"{others}.",
                "Keep one of them: the package manager would overwrite one with another.",
                ("metadata", "name"),
            )


def _old_composition(content: PackageContent, object: Object, use: Use) -> Iterator[Finding]:
    if not use.old_fields:
        return
    metas = content.metas
    admitted = majors(metas[0].value) if len(metas) == 1 else frozenset({1, CURRENT_MAJOR})
    severity = severity_of_old(admitted)
    if severity is None:
        return
    names = ", ".join(
        "`mode: Resources`" if field == "mode" else f"`{field}`" for field in use.old_fields
    )
    convert = [command for field, command in _CONVERSIONS.items() if field in use.old_fields]
    remedy = "Remove it"
    if convert:
        # In this order: what is wrong with the environment is only said of a pipeline.
        commands = " and then ".join(f"`{command}`" for command in dict.fromkeys(convert))
        version = "1.20" if _PIPELINE in convert else "1.20 to 2.2"
        remedy = f"Convert the Composition with {commands} of the Crossplane CLI {version}"
        remedy += " (newer ones cannot)" if _PIPELINE in convert else ""
    are = "is" if len(use.old_fields) == 1 else "are"
    admits = "does not admit Crossplane 1" if severity == ERROR else "also admits 2"
    yield object.finding(
        COMPOSITION_OLD,
        f"{names} {are} of Crossplane 1; Crossplane 2 has only pipelines of functions, and the "
        f"meta object's `spec.crossplane.version` {admits}.",
        f"{remedy}; or let `spec.crossplane.version` admit Crossplane 1 only, for example "
        "`>=v1.14.0-0, <v2.0.0-0`.",
        ("spec", use.old_fields[0]),
        severity=severity,
        key=True,
    )


def _composite_type(
    content: PackageContent, object: Object, use: Use, definitions: Sequence[Definition]
) -> Iterator[Finding]:
    """The XRD may be of another package: then nothing can be said."""
    if not (use.group and use.version and use.kind):
        return
    reference = ("spec", "compositeTypeRef")
    found = [d for d in definitions if (d.group, d.kind) == (use.group, use.kind)]
    claims = [d for d in definitions if (d.group, d.claim) == (use.group, use.kind)]
    if claims and not found:
        yield object.finding(
            COMPOSITE_VERSION,
            f"{use.kind} is the kind of a claim; a Composition is for the composite resource.",
            f"Write `kind: {claims[0].kind}`.",
            (*reference, "kind"),
        )
    elif found:
        yield from _version(object, use, found[0])
    elif not any(_may_have_xrds(content)):
        yield object.finding(
            COMPOSITE_UNKNOWN,
            f"No XRD of the package defines {use.kind} ({use.group}/{use.version}), and the "
            "package depends on no Configuration that could.",
            "Check the spelling, add the XRD, or add the Configuration that has it to "
            "`spec.dependsOn`.",
            (*reference, "kind"),
        )


def _may_have_xrds(content: PackageContent) -> Iterator[bool]:
    # Without one meta object it is not known what the package depends on.
    yield len(content.metas) != 1
    for meta in content.metas:
        yield any(d.kind not in _WITHOUT_XRDS for d in dependencies(meta.value))


def _version(object: Object, use: Use, definition: Definition) -> Iterator[Finding]:
    chosen = [v.name for v in definition.versions if v.referenceable]
    if not definition.versions or use.version in chosen:
        return
    known = use.version in [v.name for v in definition.versions]
    problem = "is not the referenceable one" if known else "does not exist"
    right = f"Write `apiVersion: {use.group}/{chosen[0]}`" if chosen else "Fix the XRD"
    yield object.finding(
        COMPOSITE_VERSION,
        f"The Composition is for version {use.version} of {use.kind}, which {problem} in the "
        "package's XRD.",
        f"{right}: Crossplane uses a Composition for the referenceable version only.",
        ("spec", "compositeTypeRef", "apiVersion"),
    )
