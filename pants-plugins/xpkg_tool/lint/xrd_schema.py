"""The schemas of an XRD's versions: what Crossplane uses of them and what it drops (XP607, XP608).

Crossplane makes the schema of a composite resource of its own fields and of parts of the author's
(xrd_crds.py). The rest silently has no effect.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import (
    DROPPED,
    REFUSED,
    WARNING,
    AnyFinding,
    Finding,
    ReleaseFinding,
)
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import require_release
from xpkg_tool.lint.schemas.check import check_schema_keywords, schema_findings
from xpkg_tool.lint.subject import Subject, dotted
from xpkg_tool.lint.xrd_crds import (
    LONGEST_NAME,
    ROOT_RULES_SINCE,
    RULES,
    TAKEN,
    TOP,
    added_to_claims,
    added_to_composites,
    mapping,
    schema_of_version,
)
from xpkg_tool.package.crossplane_versions import RELEASES, before, since

XRD_SCHEMA = Rule("XP607", "xrd-schema", "A version of an XRD has no schema.")
XRD_IGNORED = Rule("XP608", "xrd-ignored", "Crossplane ignores a part of an XRD's schema.", WARNING)

# Keywords that do nothing in any schema.
_COSMETIC = frozenset({"title", "example", "externalDocs"})
_ROOT = _COSMETIC | {"type", "description", "properties", "required", RULES}
_PARTS = {part: _COSMETIC | {"type", "properties", *TAKEN[part]} for part in TAKEN}
# Of apiVersion, kind and metadata nothing is taken, but for the longest name; what these are is
# said in many schemas, and right.
_IMPLIED = _COSMETIC | {"type", "description"}
_ALWAYS_THERE = frozenset({"apiVersion", "kind", "metadata", "spec"})


def check_schema_of_version(
    subject: Subject, path: PathOf, version: Mapping[str, Any]
) -> Iterator[AnyFinding]:
    """All findings for the schema of the version at `path`."""
    holder = version.get("schema")
    where = (*path, "schema", "openAPIV3Schema")
    schema = holder.get("openAPIV3Schema") if isinstance(holder, dict) else None
    if holder is None or (isinstance(holder, dict) and schema is None):
        yield subject.finding(
            XRD_SCHEMA,
            f"`{dotted(path)}` has no schema.",
            "Add `schema: {openAPIV3Schema: {type: object, properties: {spec: ...}}}`.",
            where,
            key=True,
        )
    elif schema is not None:
        # Crossplane reads all of it, and Kubernetes sees what is taken.
        yield from check_schema_keywords(subject, where, schema, unknown=WARNING)
        if isinstance(schema, dict):
            yield from _made(subject, where, schema)
            yield from _dropped(subject, where, schema)


def _made(subject: Subject, where: PathOf, schema: Mapping[str, Any]) -> Iterator[AnyFinding]:
    """What Kubernetes says of the schemas that Crossplane makes of the author's."""
    eras = _eras(subject, schema)
    found: dict[AnyFinding, tuple[str, ...]] = {}
    for era in eras:
        for finding in _made_by(subject, where, schema, era[-1]):
            found[finding] = found.get(finding, ()) + era
    for finding, releases in found.items():
        if isinstance(finding, Finding) and len(releases) < sum(map(len, eras)):
            yield ReleaseFinding(finding, releases, REFUSED)
        else:
            yield finding


def _eras(subject: Subject, schema: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The releases between which it matters what they add to this schema; the newest of each stands
    for all."""
    newer = since("2.0")
    if subject.value.get("apiVersion") == "apiextensions.crossplane.io/v2":
        return (newer,)
    # Most schemas do not name what Crossplane 1 alone adds.
    added = {r: added_to_composites(subject.value, r)["spec"] for r in (RELEASES[0], newer[-1])}
    names = added[RELEASES[0]].keys() ^ added[newer[-1]].keys()
    spec = mapping(mapping(schema.get("properties")).get("spec"))
    parts = (spec.get("properties"), spec.get("required"))
    named = any(n in part for part in parts if isinstance(part, (dict, list)) for n in names)
    return (before("2.0"), newer) if named else (RELEASES,)


def _made_by(
    subject: Subject, where: PathOf, schema: Mapping[str, Any], release: str
) -> Iterator[AnyFinding]:
    kinds = [("", added_to_composites(subject.value, release))]
    if subject.get("spec", "claimNames"):
        kinds.append(("In the claim's definition: ", added_to_claims(subject.value, release)))
    seen: set[tuple[str, PathOf]] = set()
    for whose, added in kinds:
        made = schema_of_version(schema, added, release)
        for at, finding in schema_findings(subject, where, made, status=True, unknown=WARNING):
            # What Crossplane adds is right, unless a field of the XRD is wrong that says so itself.
            if _is_added(at, added) or (finding.code, at) in seen:
                continue
            seen.add((finding.code, at))
            found = finding._replace(message=f"{whose}{finding.message}")
            if at[:1] == (RULES,):
                yield ReleaseFinding(found, since(ROOT_RULES_SINCE), REFUSED)
            else:
                yield found


def _is_added(at: PathOf, added: Mapping[str, Mapping[str, Any]]) -> bool:
    if len(at) < 4 or at[0] != "properties":
        return False
    return at[2] == "properties" and at[3] in added.get(str(at[1]), ())


def _dropped(subject: Subject, where: PathOf, schema: Mapping[str, Any]) -> Iterator[AnyFinding]:
    if schema.get("type", "object") != "object":
        yield _ignored(subject, (*where, "type"), "Write `type: object`.")
    for keyword, value in schema.items():
        if keyword not in _ROOT and value is not None:
            yield _ignored(subject, (*where, keyword), "Put it on `spec` or on a property of it.")
    if schema.get(RULES):
        yield _rules_of_the_top(subject, (*where, RULES))
    required = schema.get("required")
    for index, name in enumerate(required if isinstance(required, list) else ()):
        if isinstance(name, str) and name not in _ALWAYS_THERE:
            remedy = "Remove it: at the top only `spec` can be required."
            yield _ignored(subject, (*where, "required", index), remedy)
    for name, part in mapping(schema.get("properties")).items():
        at = (*where, "properties", name)
        if name not in TOP:
            yield _ignored(subject, at, "Put the property into `spec` or `status`.")
        elif not isinstance(part, dict):
            continue
        elif name in TAKEN:
            yield from _dropped_part(subject, at, name, part)
        elif name == "metadata":
            yield from _dropped_metadata(subject, at, part)
        else:
            yield from _keywords(subject, at, part, _IMPLIED, "Remove it.")


def _rules_of_the_top(subject: Subject, path: PathOf) -> ReleaseFinding:
    finding = subject.finding(
        XRD_IGNORED,
        f"`{dotted(path)}` has an effect in Crossplane {ROOT_RULES_SINCE} and later; older "
        "releases drop it silently.",
        f"{require_release(ROOT_RULES_SINCE)}, or move the rules to `spec` if they need nothing "
        "else.",
        path,
        key=True,
    )
    return ReleaseFinding(finding, before(ROOT_RULES_SINCE), DROPPED)


def _keywords(
    subject: Subject, at: PathOf, part: Mapping[str, Any], known: frozenset[str], remedy: str
) -> Iterator[Finding]:
    for keyword, value in part.items():
        if keyword not in known and value is not None:
            yield _ignored(subject, (*at, keyword), remedy)


def _dropped_metadata(subject: Subject, at: PathOf, part: Mapping[str, Any]) -> Iterator[Finding]:
    remedy = "Remove it: of the metadata only `properties.name.maxLength` is used."
    yield from _keywords(subject, at, part, _IMPLIED | {"properties"}, remedy)
    for name, schema in mapping(part.get("properties")).items():
        place = (*at, "properties", name)
        if name != "name":
            yield _ignored(subject, place, remedy)
        elif isinstance(schema, dict):
            rule = (
                f"{remedy[:-1]}. In Crossplane {ROOT_RULES_SINCE} and later, a rule on "
                f"`self.metadata.name` under `{RULES}` at the top of the schema can check the name."
            )
            yield from _keywords(subject, place, schema, _IMPLIED | {"maxLength"}, rule)
            longest = schema.get("maxLength")
            if type(longest) is int and longest > LONGEST_NAME:
                yield _ignored(
                    subject,
                    (*place, "maxLength"),
                    f"Remove it: names have at most {LONGEST_NAME} characters anyway.",
                )


def _dropped_part(
    subject: Subject, at: PathOf, name: str, part: Mapping[str, Any]
) -> Iterator[AnyFinding]:
    if part.get("type", "object") != "object":
        yield _ignored(subject, (*at, "type"), "Write `type: object`.")
    yield from _keywords(subject, at, part, _PARTS[name], f"Put it on a property of `{name}`.")
    yield from _replaced(subject, at, name, mapping(part.get("properties")))


def _replaced(
    subject: Subject, at: PathOf, name: str, properties: Mapping[str, Any]
) -> Iterator[ReleaseFinding]:
    """The author's fields that Crossplane replaces with its own."""
    claims = bool(subject.get("spec", "claimNames"))
    is_v2 = subject.value.get("apiVersion") == "apiextensions.crossplane.io/v2"
    known = since("2.0") if is_v2 else RELEASES
    composites = {r: added_to_composites(subject.value, r)[name] for r in known}
    of_claims = {r: added_to_claims(subject.value, r)[name] if claims else {} for r in known}
    for field in properties:
        replaced = [r for r in known if field in composites[r] or field in of_claims[r]]
        if not replaced:
            continue
        newest = replaced[-1]
        whose = "composite resources" if field in composites[newest] else "claims"
        who = "Crossplane"
        if newest != RELEASES[-1]:
            who += f" before {RELEASES[RELEASES.index(newest) + 1]}"
        finding = subject.finding(
            XRD_IGNORED,
            f"`{name}.{field}` is a field that {who} adds to {whose}; it replaces yours.",
            "Remove it, or give the field another name.",
            (*at, "properties", field),
            key=True,
        )
        yield ReleaseFinding(finding, tuple(replaced), DROPPED)


def _ignored(subject: Subject, path: PathOf, remedy: str) -> Finding:
    return subject.finding(
        XRD_IGNORED,
        f"`{dotted(path)}` has no effect: Crossplane does not copy it into the composite "
        "resource's schema.",
        remedy,
        path,
        key=True,
    )
