"""The requests that a webhook is asked about: its `rules`."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import REQUIRED_FIELD, choice_of, missing, shown
from xpkg_tool.lint.subject import Subject, dotted

WEBHOOK_REQUESTS = Rule(
    "XP502", "webhook-requests", "A webhook's rule contains what another part excludes."
)

_ALL = "*"
_OPERATIONS = (_ALL, "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = (_ALL, "Cluster", "Namespaced")


def check_requests(subject: Subject, path: PathOf, rules: Any) -> Iterator[Finding]:
    """All findings for the rules at `path`: what is missing (XP208), not allowed (XP209), or does
    not fit together (XP502)."""
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if rule is None or isinstance(rule, dict):
            yield from _rule(subject, (*path, index), rule or {})


def _rule(subject: Subject, path: PathOf, rule: Mapping[str, Any]) -> Iterator[Finding]:
    for field in ("operations", "apiGroups", "apiVersions", "resources"):
        values = rule.get(field)
        if values is None or values == []:
            yield missing(subject, (*path, field))
        if not isinstance(values, list):
            continue
        at = (*path, field)
        if field == "resources":
            yield from _resources(subject, at, values)
        elif _ALL in values and len(values) > 1:
            yield _not_alone(subject, at, values.index(_ALL), f"any other of the `{field}`")
        for place, value in enumerate(values):
            if field == "operations":
                operation = "" if value is None else value
                yield from choice_of(subject, (*at, place), operation, _OPERATIONS)
            # The group of Kubernetes' own first API is empty.
            elif field != "apiGroups" and (value is None or value == ""):
                yield _empty(subject, (*at, place))
    if rule.get("scope") is not None:
        yield from choice_of(subject, (*path, "scope"), rule["scope"], _SCOPES)


def _resources(subject: Subject, path: PathOf, values: list[Any]) -> Iterator[Finding]:
    """`pods` is a resource, `pods/log` a subresource of it; either part may be `*`."""
    texts = [value if isinstance(value, str) else "" for value in values]
    all_of_resource: set[str] = set()
    of_all_resources: set[str] = set()
    plain = False
    for index, text in enumerate(texts):
        resource, slash, subresource = text.partition("/")
        if not text:
            continue
        if not slash:
            # As Kubernetes has it, only the last one without a subresource decides.
            plain = text != _ALL
            continue
        covering = ""
        if resource in all_of_resource:
            covering = f"{resource}/{_ALL}"
        elif subresource in of_all_resources:
            covering = f"{_ALL}/{subresource}"
        if covering:
            yield subject.finding(
                WEBHOOK_REQUESTS,
                f"`{dotted((*path, index))}` is {shown(text)}, which {shown(covering)} already "
                "includes.",
                f"Remove {shown(text)}.",
                (*path, index),
            )
        if subresource == _ALL:
            all_of_resource.add(resource)
        if resource == _ALL:
            of_all_resources.add(subresource)
    if "*/*" in texts and len(texts) > 1:
        yield _not_alone(subject, path, texts.index("*/*"), "any other resource")
    if _ALL in texts and plain:
        yield _not_alone(
            subject, path, texts.index(_ALL), "any other resource without a subresource"
        )


def _empty(subject: Subject, path: PathOf) -> Finding:
    return subject.finding(
        REQUIRED_FIELD,
        f"`{dotted(path)}` is empty.",
        "Write a name or `*`, or remove the entry.",
        path,
    )


def _not_alone(subject: Subject, path: PathOf, index: int, others: str) -> Finding:
    value = subject.get(*path, index)
    return subject.finding(
        WEBHOOK_REQUESTS,
        f"`{dotted(path)}` has {shown(str(value))}, which is not allowed together with {others}.",
        f"Keep only {shown(str(value))}, or name what you mean.",
        (*path, index),
    )
