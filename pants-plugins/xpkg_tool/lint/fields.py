"""Findings about single fields: of the wrong type, unknown, missing, not among the allowed values.

What a field has to be is data: a shape (shapes.py) for types, and patterns such as
`spec.pipeline[].step` for what else is wanted. A pattern stops where the document has no such part
or one of another type, for which another finding exists.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Iterable, Iterator, Mapping, Sequence

from xpkg_tool.diagnostics.finding import DROPPED, ERROR, WARNING, Finding, ReleaseFinding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.suggestions import similar
from xpkg_tool.diagnostics.user_info import without_user
from xpkg_tool.documents.loader import PathOf, locate
from xpkg_tool.lint.shapes import (
    ANYTHING,
    Mismatch,
    Shape,
    Struct,
    mismatches,
    nearest_field,
    newer_fields,
)
from xpkg_tool.lint.subject import Subject, dotted

WRONG_TYPE = Rule("XP204", "object-type", "A field of an object has the wrong type.", fatal=True)
UNKNOWN_FIELD = Rule("XP205", "object-unknown-field", "An object has an unknown field.")
REQUIRED_FIELD = Rule("XP208", "required-field", "A required field is missing.")
FIELD_VALUE = Rule("XP209", "field-value", "The value of a field is not valid.")

# Of an unknown field, how deep nothing may be nested.
_DEEPEST_EMPTY = 4
# A string is shown in a message up to this length.
_SHOWN = 60


def check_shape(
    subject: Subject, shape: Shape, recursive: Mapping[str, Shape] | None = None
) -> Iterator[Finding]:
    """Fields of the wrong type (XP204) and unknown ones (XP205)."""
    for mismatch in mismatches(subject.value, shape, recursive):
        if mismatch.expected is None:
            yield unknown_field(subject, UNKNOWN_FIELD, mismatch)
        elif mismatch.is_null_entry:
            yield _null_entry(subject, mismatch.path)
        else:
            yield wrong_type(subject, WRONG_TYPE, mismatch)


def check_newer_fields(
    subject: Subject, shape: Shape, *, usual: tuple[PathOf, Any] | None = None
) -> Iterator[ReleaseFinding]:
    """Fields that a release which the package admits may not know (XP205). `usual` is a field and
    the value by which older releases, without the field, do the same."""
    # Most processes read kinds that no release changed.
    from xpkg_tool.package.crossplane_versions import before

    for path, first in newer_fields(subject.value, shape):
        if usual == (path, subject.get(*path)):
            continue
        finding = subject.finding(
            UNKNOWN_FIELD,
            f"`{dotted(path)}` exists in Crossplane {first} and later; older releases drop it "
            "silently.",
            f"{require_release(first)}, or remove the field.",
            path,
            key=True,
        )
        yield ReleaseFinding(finding, before(first), DROPPED)


def require_release(first: str) -> str:
    """What to do where a package needs a release of Crossplane, without the final dot."""
    return f'Write `spec.crossplane.version: ">=v{first}.0-0"` in the meta object'


def _null_entry(subject: Subject, path: PathOf) -> Finding:
    """An entry of a list that is null, which the build takes (XP208)."""
    return subject.finding(
        REQUIRED_FIELD,
        f"`{dotted(path)}` is null: to Crossplane, it is an entry whose fields are all empty.",
        "Write the entry, or remove the `-` that begins it.",
        path,
    )


def wrong_type(subject: Subject, rule: Rule, mismatch: Mismatch) -> Finding:
    """A value that the Go type cannot hold: Crossplane's build fails on it."""
    path, expected, found = mismatch.path, mismatch.expected, mismatch.found
    wanted = "true or false" if expected == "a boolean" else expected
    remedy = f"Write {wanted}."
    if expected == "a string" and found not in ("a list", "a mapping"):
        remedy = _quote_it(subject, path)
    elif found == "a string" and expected in ("a boolean", "an integer", "a number"):
        remedy = f"Write {wanted}, without quotes."
    name = f"`{dotted(path)}`" if path else "The object"
    message = f"{name} must be {expected}, got {found}."
    return subject.finding(rule, message, remedy, path, severity=ERROR)


def _quote_it(subject: Subject, path: PathOf) -> str:
    position = locate(subject.document, path)
    if not position.source:
        return "Put the value in quotes."
    start = position.column - 1
    written = position.source[start : start + position.width]
    value = subject.get(*path)
    read = str(value).lower() if isinstance(value, bool) else str(value)
    # Only a scalar that stands there as it is can be quoted: no alias, no tag.
    if not written or written[0] in "*!&'\"|>" or len(written) > _SHOWN:
        return "Put the value in quotes."
    if written == read:
        return f'Put it in quotes: "{written}".'
    return f'Put it in quotes: "{written}". Without them Kubernetes reads {read}.'


def unknown_field(subject: Subject, rule: Rule, mismatch: Mismatch, hint: str = "") -> Finding:
    """A field that the Go type does not have: it is dropped silently. Of an empty one, such as
    `subresources: {status: {}}` in an XRD, nothing is lost."""
    remedy = hint or "Remove it, or move it to where it belongs."
    if mismatch.nearest:
        remedy = f"Did you mean `{mismatch.nearest}`? If not, remove it."
    return subject.finding(
        rule,
        f"`{dotted(mismatch.path)}` is not a field that Crossplane knows; it is dropped silently.",
        remedy,
        mismatch.path,
        key=True,
        severity=WARNING if _is_empty(subject.get(*mismatch.path)) else None,
    )


def _is_empty(value: Any) -> bool:
    """Whether it contains nothing but empty mappings, lists and strings. Aliases may unfold it to
    more than can be looked at: what is deeper than a few levels counts as something."""
    levels = [value]
    for _ in range(_DEEPEST_EMPTY):
        if any(part not in ({}, [], "", None) and not isinstance(part, dict) for part in levels):
            return False
        levels = [inner for part in levels if part for inner in part.values()]
        if not levels:
            return True
    return False


def parts(value: Any, pattern: str) -> Iterator[tuple[PathOf, Any]]:
    """The paths that the pattern leads to, with their values; None where only the last step of a
    path does not exist."""
    names, rest = _steps(pattern)
    for number, name in enumerate(names, 1):
        if not isinstance(value, dict):
            return
        value = value.get(name)
        if value is None and (rest or number < len(names)):
            return
    pending: list[tuple[PathOf, Any]] = [(names, value)]
    for number, step in enumerate(rest, 1):
        following: list[tuple[PathOf, Any]] = []
        for path, part in pending:
            if step == "[]" and isinstance(part, list):
                following += [((*path, i), item) for i, item in enumerate(part)]
            elif step != "[]" and isinstance(part, dict):
                found = part.get(step)
                if found is not None or number == len(rest):
                    following.append(((*path, step), found))
        pending = following
    yield from pending


@cache  # The patterns are constants.
def _steps(pattern: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that the pattern begins with, and its steps from the first list on."""
    steps = tuple(pattern.replace("[]", ".[]").split("."))
    names = steps.index("[]") if "[]" in steps else len(steps)
    return steps[:names], steps[names:]


def required(subject: Subject, patterns: Iterable[str]) -> Iterator[Finding]:
    """Required fields that are missing, or are empty strings (XP208)."""
    for pattern in patterns:
        for path, value in parts(subject.value, pattern):
            if (value is None or value == "") and not _is_misspelt(subject, path):
                yield missing(subject, path)


def _is_misspelt(subject: Subject, path: PathOf) -> bool:
    """Whether another field stands there that is meant to be this one, which is said of it."""
    *above, name = path
    holder = subject.get(*above)
    return isinstance(holder, dict) and is_misspelt_in(holder, str(name))


def is_misspelt_in(holder: Mapping[str, Any], name: str) -> bool:
    """Whether a field of `holder` is another one that is meant to be the field `name`."""
    field = Struct({name: ANYTHING})
    return any(key != name and nearest_field(key, field) for key in holder)


def present(subject: Subject, patterns: Iterable[str]) -> Iterator[Finding]:
    """Required fields that are missing (XP208), where the API server takes an empty string."""
    for pattern in patterns:
        for path, value in parts(subject.value, pattern):
            if value is None:
                yield missing(subject, path)


def required_booleans(subject: Subject, patterns: Iterable[str]) -> Iterator[Finding]:
    """As `required`, of what is true or false: the package manager sends false where the field is
    missing, and the API server accepts that."""
    for pattern in patterns:
        for path, value in parts(subject.value, pattern):
            if value is None:
                found = missing(subject, path, "; the package manager sends false")
                remedy = f"Write `{path[-1]}: true` or `{path[-1]}: false`."
                yield found._replace(remedy=remedy, severity=WARNING)


def missing(subject: Subject, path: PathOf, why: str = "") -> Finding:
    """A finding for a field that is not there, at the nearest part above it."""
    return subject.finding(
        REQUIRED_FIELD,
        f"`{dotted(path)}` is missing{why}.",
        f"Add the field `{path[-1]}`.",
        path,
        key=True,
    )


def choice(subject: Subject, pattern: str, allowed: Sequence[str]) -> Iterator[Finding]:
    """Strings that are not among the supported values (XP209)."""
    for path, value in parts(subject.value, pattern):
        yield from choice_of(subject, path, value, allowed)


def choice_of(
    subject: Subject, path: PathOf, value: Any, allowed: Sequence[str]
) -> Iterator[Finding]:
    """A string at `path` that is not among the supported values (XP209)."""
    if not isinstance(value, str) or value in allowed:
        return
    near = similar(value, allowed)
    guess = f"Did you mean `{near}`? " if near else ""
    names = ", ".join(f"`{name}`" for name in allowed)
    yield subject.finding(
        FIELD_VALUE,
        f"`{dotted(path)}` is {shown(value) if value else 'empty'}, which is not a supported "
        "value.",
        f"{guess}Supported values: {names}.",
        path,
    )


def invalid(subject: Subject, path: PathOf, why: str, remedy: str) -> Finding:
    """A value that is not allowed for another reason (XP209). `why` ends the sentence."""
    return subject.finding(FIELD_VALUE, f"`{dotted(path)}` {why}.", remedy, path)


def repeated(value: Any, items: str, field: str) -> Iterator[tuple[PathOf, PathOf, str]]:
    """Items of a list in `value` whose `field` has the value that an earlier item has: the path of
    each such value, that of the first one, and the value."""
    first: dict[str, PathOf] = {}
    for path, name in parts(value, f"{items}[].{field}"):
        if isinstance(name, str) and name:
            if name in first:
                yield path, first[name], name
            first.setdefault(name, path)


def shown(text: str) -> str:
    """The string in backquotes, truncated where it is long, without a user name or a password."""
    text = without_user(text)
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[: _SHOWN - 3]}...`"
