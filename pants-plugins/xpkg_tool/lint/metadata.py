"""The metadata of an object: its name, the keys and values of its labels and annotations.

The rules are those of Kubernetes' apimachinery (pkg/api/validation/objectmeta.go).
"""

from __future__ import annotations

import re
from typing import Iterator

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.fields import WRONG_TYPE, shown
from xpkg_tool.lint.subject import Subject
from xpkg_tool.package.names import is_dns_subdomain, is_label_value, label_key_problem

OBJECT_NAME = Rule("XP206", "object-name", "An object has no name, or its name is not valid.")
METADATA_VALUE = Rule("XP207", "metadata", "A label or an annotation is not valid.")

# RFC 3339, as Go's time package reads it.
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_ALL_ANNOTATIONS = 256 * 1024
# Of a label's value, in characters.
LONGEST_LABEL_VALUE = 63

SUBDOMAIN = (
    "lower-case alphanumeric characters, `-` and `.`, with an alphanumeric character at both ends "
    "and on both sides of each `.`"
)


def check_metadata(subject: Subject) -> Iterator[Finding]:
    """Everything about the `metadata` of an object but its shape (XP204, XP206, XP207)."""
    yield from check_name(subject)
    yield from check_keys(subject)
    yield from check_times(subject, WRONG_TYPE)


def check_name(subject: Subject) -> Iterator[Finding]:
    """An object of a package needs a name that is valid in Kubernetes."""
    metadata = subject.value.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        return
    name = (metadata or {}).get("name")
    if name in (None, ""):
        yield subject.finding(
            OBJECT_NAME,
            "The object has no `metadata.name`.",
            "Give it a name.",
            ("metadata", "name"),
            key=True,
        )
    elif isinstance(name, str) and not is_dns_subdomain(name):
        yield subject.finding(
            OBJECT_NAME,
            f"{shown(name)} is not a valid RFC 1123 subdomain, as the name of an object must be.",
            f"Use {SUBDOMAIN}; at most 253 characters.",
            ("metadata", "name"),
        )


def check_label_length(subject: Subject, owned: str) -> Iterator[Finding]:
    """A name that Crossplane makes a label's value of what it creates, `owned`."""
    name = subject.get("metadata", "name")
    if isinstance(name, str) and is_dns_subdomain(name) and len(name) > LONGEST_LABEL_VALUE:
        yield subject.finding(
            OBJECT_NAME,
            f"The name must be no more than {LONGEST_LABEL_VALUE} characters; it has {len(name)}: "
            f"Crossplane labels {owned} with it, and cannot create one.",
            "Shorten it.",
            ("metadata", "name"),
        )


def check_keys(subject: Subject) -> Iterator[Finding]:
    """The keys of labels and annotations, and the labels' values."""
    for field in ("labels", "annotations"):
        entries = subject.get("metadata", field)
        if not isinstance(entries, dict):
            continue
        for key, value in entries.items():
            path = ("metadata", field, key)
            problem = label_key_problem(key)
            if problem:
                yield subject.finding(
                    METADATA_VALUE,
                    f"{shown(key)} is not a valid key in `metadata.{field}`: {problem}.",
                    "Write `name` or `prefix/name`: the prefix is a DNS subdomain, the name at "
                    "most 63 alphanumeric characters, `-`, `_` and `.`.",
                    path,
                    key=True,
                )
            if field == "labels" and isinstance(value, str) and not is_label_value(value):
                yield subject.finding(
                    METADATA_VALUE,
                    f"{shown(value)} is not a valid label value.",
                    "Use at most 63 alphanumeric characters, `-`, `_` and `.`, with an "
                    "alphanumeric character at both ends; longer text belongs in "
                    "`metadata.annotations`.",
                    path,
                )
    yield from _size(subject)


def check_times(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """The times in the metadata, which only a cluster sets."""
    for field in ("creationTimestamp", "deletionTimestamp"):
        value = subject.get("metadata", field)
        if value is not None and not (isinstance(value, str) and _TIME.fullmatch(value)):
            yield subject.finding(
                rule,
                f"`metadata.{field}` is not a valid RFC 3339 time.",
                "Remove it: Kubernetes sets it.",
                ("metadata", field),
            )


def _size(subject: Subject) -> Iterator[Finding]:
    entries = subject.get("metadata", "annotations")
    if not isinstance(entries, dict):
        return
    size = sum(
        len(key.encode("utf-8", "replace")) + len(value.encode("utf-8", "replace"))
        for key, value in entries.items()
        if isinstance(value, str)
    )
    if size > _ALL_ANNOTATIONS:
        yield subject.finding(
            METADATA_VALUE,
            f"The annotations must have at most {_ALL_ANNOTATIONS:,} bytes in total; they have "
            f"{size:,}.",
            "Shorten them: a readme or an icon may be too large.",
            ("metadata", "annotations"),
            key=True,
        )
