"""The names of an API type: its kind, plural and so on, its group, its versions (XP600, XP601).

The rules are those of apiextensions-apiserver (pkg/apis/apiextensions/validation), which apply when
Crossplane creates a CustomResourceDefinition from a definition.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import parts, shown
from xpkg_tool.lint.shapes import STRING, ListOf, Struct, strings
from xpkg_tool.lint.subject import Subject, dotted
from xpkg_tool.package.names import is_dns_subdomain

XRD_NAME = Rule("XP600", "xrd-name", "A definition's name is not its plural name and its group.")
TYPE_NAMES = Rule("XP601", "type-names", "A kind, plural, group or version is not valid.")

NAMES = Struct(
    {
        **strings("plural", "singular"),
        "shortNames": ListOf(STRING),
        **strings("kind", "listKind"),
        "categories": ListOf(STRING),
    }
)

_DNS_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LABEL_LENGTH = 63

LABEL = (
    "at most 63 lower-case alphanumeric characters or `-`, starting with a letter and ending with "
    "an alphanumeric character"
)


def is_dns_label(text: str) -> bool:
    """Whether the text is a label by RFC 1035: begins with a letter."""
    return len(text) <= _LABEL_LENGTH and _DNS_LABEL.fullmatch(text) is not None


def check_type_names(subject: Subject, *fields: str) -> Iterator[Finding]:
    """The names that a definition has in `spec`: the group, the versions, and those in `fields`
    (`names` and the like); and its own name, which is made of them."""
    group = subject.get("spec", "group")
    if isinstance(group, str) and group:
        problem = _group_problem(group)
        if problem:
            remedy = "Use a name such as `database.example.org`."
            yield _finding(subject, ("spec", "group"), problem, remedy)
        yield from _own_name(subject, group)
    for field in fields:
        names = subject.get("spec", field)
        for path, problem, remedy in _name_problems(names, ("spec", field)):
            yield _finding(subject, path, problem, remedy)
    for path, version in parts(subject.value, "spec.versions[].name"):
        if isinstance(version, str) and version and not is_dns_label(version):
            yield _finding(subject, path, _NO_NAME, f"Use {LABEL}, for example `v1alpha1`.")


_NO_NAME = "is not a valid DNS-1035 label"


def _finding(subject: Subject, path: PathOf, problem: str, remedy: str) -> Finding:
    return subject.finding(TYPE_NAMES, f"`{dotted(path)}` {problem}.", remedy, path)


def _own_name(subject: Subject, group: str) -> Iterator[Finding]:
    name, plural = subject.get("metadata", "name"), subject.get("spec", "names", "plural")
    if not (isinstance(plural, str) and plural and isinstance(name, str) and name):
        return
    wanted = f"{plural}.{group}"
    if name != wanted:
        remedy = f"Write `name: {wanted}`, or change `spec.names.plural` or `spec.group`."
        if not is_dns_label(plural) or _group_problem(group) or not is_dns_subdomain(wanted):
            remedy = (
                "Fix `spec.names.plural` and `spec.group` first; the name is both of them, joined "
                "by a dot."
            )
        yield subject.finding(
            XRD_NAME,
            f"The definition is named {shown(name)}; by its plural name and group, it must be "
            f"{shown(wanted)}.",
            remedy,
            ("metadata", "name"),
        )


def _name_problems(names: Any, path: PathOf) -> Iterator[tuple[PathOf, str, str]]:
    """What is wrong with a mapping of names: the place, the problem, the remedy."""
    if not isinstance(names, dict):
        return
    for field in ("plural", "singular", "kind", "listKind"):
        value = names.get(field)
        if not isinstance(value, str) or not value:
            continue
        # A kind may have capitals; that it is a label otherwise is what Kubernetes asks for.
        kind = field in ("kind", "listKind")
        if not is_dns_label(value.lower() if kind else value):
            remedy = "Use at most 63 letters, digits and `-`, starting with a letter."
            yield (*path, field), _NO_NAME, remedy if kind else f"Use {LABEL}."
    for field in ("shortNames", "categories"):
        values = names.get(field)
        for index, value in enumerate(values if isinstance(values, list) else []):
            if isinstance(value, str) and not is_dns_label(value):
                yield (*path, field, index), _NO_NAME, f"Use {LABEL}."
    found = names.get("kind")
    listed = f"{found}List"
    if _is_kind(found) and not names.get("listKind") and len(listed) > _LABEL_LENGTH:
        problem = f"has the default list kind `{listed}`, of more than {_LABEL_LENGTH} characters"
        remedy = f"Shorten it, or write a `listKind` of at most {_LABEL_LENGTH} characters."
        yield (*path, "kind"), problem, remedy
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        remedy = f"Write `listKind: {names['kind']}List`, or leave it out."
        yield (*path, "listKind"), "is the same as the `kind`", remedy


def _is_kind(value: Any) -> bool:
    return isinstance(value, str) and is_dns_label(value.lower())


def has_protected_group(subject: Subject) -> bool:
    """Whether the definition's group is one of Kubernetes (crds/group.py)."""
    group = subject.get("spec", "group")
    return isinstance(group, str) and f".{group}".endswith((".k8s.io", ".kubernetes.io"))


def resource_names(names: Any) -> Iterator[tuple[PathOf, str, str]]:
    """The names of the resource, of which a group has each once: the path in `names`, the name, and
    what it is (apiextensions-apiserver pkg/controller/status/naming_controller.go)."""
    names = names if isinstance(names, dict) else {}
    short = names.get("shortNames")
    yield from _given(names, "plural", "plural")
    yield from _given_or_default(names, "singular", "singular", str.lower)
    for index, name in enumerate(short if isinstance(short, list) else ()):
        if isinstance(name, str):
            yield ("shortNames", index), name, "short name"


def kinds(names: Any) -> Iterator[tuple[PathOf, str, str]]:
    """The kind and the list kind, as in `resource_names`."""
    names = names if isinstance(names, dict) else {}
    yield from _given(names, "kind", "kind")
    yield from _given_or_default(names, "listKind", "list kind", lambda kind: f"{kind}List")


def _given(names: Mapping[str, Any], field: str, what: str) -> Iterator[tuple[PathOf, str, str]]:
    if isinstance(names.get(field), str) and names[field]:
        yield (field,), names[field], what


def _given_or_default(
    names: Mapping[str, Any], field: str, what: str, default: Callable[[str], str]
) -> Iterator[tuple[PathOf, str, str]]:
    kind = names.get("kind")
    if names.get(field):
        yield from _given(names, field, what)
    elif isinstance(kind, str) and kind:
        yield ("kind",), default(kind), f"default {what}"


def _group_problem(group: str) -> str:
    if not is_dns_subdomain(group):
        return "is not a valid RFC 1123 subdomain"
    return "" if "." in group else "must be a domain with at least one dot"
