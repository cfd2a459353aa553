"""Label selectors, by the rules of Kubernetes' apimachinery (pkg/apis/meta/v1/validation)."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import choice_of, missing, shown
from xpkg_tool.lint.subject import Subject, dotted
from xpkg_tool.package.names import is_dns_subdomain, is_label_value

WEBHOOK_SELECTOR = Rule("XP503", "webhook-selector", "A webhook's label selector is not valid.")

_LONGEST = 63
_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")


def is_qualified_name(text: str) -> bool:
    """Whether the text is `name` or `prefix/name`, as keys of labels are: the prefix a DNS name."""
    prefix, slash, name = text.rpartition("/")
    if slash and not is_dns_subdomain(prefix):
        return False
    return bool(name) and is_label_value(name)


def check_selector(subject: Subject, path: PathOf, selector: Any) -> Iterator[Finding]:
    """All findings for the label selector at `path` (XP503), and what it lacks (XP208)."""
    if not isinstance(selector, dict):
        return
    labels = selector.get("matchLabels")
    for key, value in (labels if isinstance(labels, dict) else {}).items():
        at = (*path, "matchLabels", key)
        yield from _key(subject, at, key, key=True)
        yield from _value(subject, at, value)
    expressions = selector.get("matchExpressions")
    for index, expression in enumerate(expressions if isinstance(expressions, list) else ()):
        if expression is None or isinstance(expression, dict):
            yield from _expression(subject, (*path, "matchExpressions", index), expression or {})


def _expression(subject: Subject, path: PathOf, expression: Mapping[str, Any]) -> Iterator[Finding]:
    operator, values = expression.get("operator"), expression.get("values")
    if operator is None:
        yield missing(subject, (*path, "operator"))
    else:
        allowed = (*_WITH_VALUES, *_WITHOUT_VALUES)
        yield from choice_of(subject, (*path, "operator"), operator, allowed)
    if operator in _WITH_VALUES and (values is None or values == []):
        yield missing(subject, (*path, "values"), f", which the operator `{operator}` needs")
    elif operator in _WITHOUT_VALUES and isinstance(values, list) and values:
        yield subject.finding(
            WEBHOOK_SELECTOR,
            f"The operator `{operator}` does not allow `values`.",
            "Remove the `values`, or use `In` or `NotIn`.",
            (*path, "values"),
            key=True,
        )
    if expression.get("key") in (None, ""):
        yield missing(subject, (*path, "key"))
    else:
        yield from _key(subject, (*path, "key"), expression["key"])
    for index, value in enumerate(values if isinstance(values, list) else ()):
        yield from _value(subject, (*path, "values", index), value)


def _key(subject: Subject, path: PathOf, text: Any, *, key: bool = False) -> Iterator[Finding]:
    if isinstance(text, str) and not is_qualified_name(text):
        yield subject.finding(
            WEBHOOK_SELECTOR,
            f"{shown(text)} is not a valid label key.",
            "Write `name` or `prefix/name`: the prefix is a DNS subdomain, the name at most "
            f"{_LONGEST} alphanumeric characters, `-`, `_` and `.`, with an alphanumeric character "
            "at both ends.",
            path,
            key=key,
        )


def _value(subject: Subject, path: PathOf, text: Any) -> Iterator[Finding]:
    if isinstance(text, str) and not is_label_value(text):
        yield subject.finding(
            WEBHOOK_SELECTOR,
            f"`{dotted(path)}` is {shown(text)}, which is not a valid label value.",
            f"Use at most {_LONGEST} alphanumeric characters, `-`, `_` and `.`, with an "
            "alphanumeric character at both ends.",
            path,
        )
