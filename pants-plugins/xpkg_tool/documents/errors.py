"""libyaml's errors as findings with a remedy (XP002)."""

from __future__ import annotations

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.events import Malformed
from xpkg_tool.documents.positions import at
from xpkg_tool.documents.stream import AnyDocument

BROKEN_YAML = Rule("XP002", "broken-yaml", "The YAML is not valid.", fatal=True)

TEMPLATE_REMEDY = (
    "Quote the whole value if the braces are intended; a template has to be rendered before it is "
    "packaged, or left out of the sources."
)
# A part of libyaml's message, what it means, the remedy, and whether to show the place where the
# construct begins (True) or where the parser gave up.
_MEANINGS: tuple[tuple[str, str, str, bool], ...] = (
    (
        "found a tab character",
        "A tab is used for indentation, where YAML allows only spaces.",
        "Replace the tab with spaces.",
        False,
    ),
    (
        "mapping values are not allowed",
        "There is a `: ` where a mapping key is not allowed.",
        (
            "Quote the value if it contains `: `; otherwise check the indentation of this line and "
            "the one before it."
        ),
        False,
    ),
    (
        "could not find expected ':'",
        "A key is not followed by `:`.",
        (
            "Write `key: value`; check for a missing colon, a missing `- `, an unclosed quote "
            "above, or text that is not indented."
        ),
        True,
    ),
    (
        "found unexpected end of stream",
        "A quote is opened here and never closed.",
        "Close the quote.",
        True,
    ),
    (
        "found unexpected document indicator",
        "A quoted value contains a line that begins with `---` or `...`.",
        "Close the quote, or indent the line.",
        True,
    ),
    (
        "did not find expected ',' or ']'",
        "A list in brackets is opened here and not closed, or a comma is missing in it.",
        "Close it with `]`, put commas between its items, or quote the value if it is a string.",
        True,
    ),
    (
        "did not find expected ',' or '}'",
        "A mapping in braces is opened here and not closed, or a comma is missing in it.",
        "Close it with `}`, put commas between its entries, or quote the value if it is a string.",
        True,
    ),
    (
        "did not find expected '-' indicator",
        "The line does not belong to the list above it.",
        "Indent it like the list's other items, or begin it with `- `.",
        False,
    ),
    (
        "did not find expected key",
        "The line does not fit the mapping above it.",
        ("Indent it like the mapping's other keys; check for an extra quote or bracket."),
        False,
    ),
    (
        "did not find expected node content",
        "A value is missing here.",
        "Write the value; quote it if it begins with a character that is special in YAML.",
        False,
    ),
    (
        "block sequence entries are not allowed",
        "There is a list item (`- `) where a list cannot begin.",
        "Begin the list on its own line, or quote the value if it is meant as a string.",
        False,
    ),
    (
        "mapping keys are not allowed",
        "There is a `? ` where a mapping key is not allowed.",
        "Quote the value if it is meant as a string.",
        False,
    ),
    (
        "found unknown escape character",
        "The double-quoted value contains a backslash that does not begin a valid escape sequence.",
        "Write the backslash twice, or put the value in single quotes.",
        False,
    ),
    (
        "did not find expected alphabetic or numeric character",
        "`*` or `&` begins an alias or anchor, but no name follows.",
        "Quote the value if it is meant as a string.",
        True,
    ),
    (
        "found unexpected ':'",
        "A value inside brackets or braces contains a `:` right before one of `,[]{}?`.",
        "Quote the value.",
        False,
    ),
    (
        "found '?' in a flow scalar",
        "A value inside brackets or braces contains a `?`, which Kubernetes' parser refuses.",
        "Quote the value.",
        False,
    ),
    (
        "found unknown directive name",
        "A line that begins with `%` is a YAML directive.",
        "Indent the line, or quote the value, if it is not meant as one.",
        True,
    ),
    (
        "found undefined tag handle",
        "The tag's prefix is not declared.",
        "Remove the tag, or quote the value if it is meant to begin with `!`.",
        False,
    ),
    (
        "did not find expected <document start>",
        "The document ends before this line, and the line does not begin a new one.",
        (
            "Check the indentation and the closing quotes and brackets above; put `---` between "
            "documents."
        ),
        False,
    ),
    (
        "control characters are not allowed",
        "The file contains a control character, which YAML does not allow.",
        "Remove it.",
        False,
    ),
)


def broken(document: AnyDocument, error: Malformed) -> Finding:
    """The finding for a document that libyaml cannot parse."""
    message = f"The YAML is broken: {error.problem}" + (
        f" ({error.context})." if error.context else "."
    )
    remedy = "Fix the line; quote the value if it contains characters that are special in YAML."
    index = error.index
    for part, meaning, advice, show_begin in _MEANINGS:
        if part in error.problem:
            message, remedy = meaning, advice
            if show_begin and error.context_index is not None:
                index = error.context_index
            break
    else:
        if "cannot start any token" in error.problem:
            message, remedy = _no_token(document.text[error.index : error.index + 1])
    position = at(document, index)
    if "{{" in position.source or "{%" in position.source:
        message = f"The line looks like a template, which is not YAML. {message}"
        remedy = TEMPLATE_REMEDY
    return BROKEN_YAML.finding(message, remedy, document.path, position)


def _no_token(character: str) -> tuple[str, str]:
    if character == "\t":
        return _MEANINGS[0][1:3]
    return (
        f"A value cannot begin with `{character}`, which YAML reserves.",
        "Quote the value.",
    )
