"""libyaml's complaints as findings that say what to do (XP002)."""

from __future__ import annotations

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.events import Malformed
from xpkg_tool.documents.positions import at
from xpkg_tool.documents.stream import AnyDocument

BROKEN_YAML = Rule("XP002", "broken-yaml", "The YAML is not valid.", fatal=True)

TEMPLATE_REMEDY = (
    "Quote the whole value if the braces are meant; a template has to be rendered before it is "
    "packaged, or left out of the sources."
)
# What libyaml says (a part of it), what that means, the remedy, and whether the place to show is
# where the construct began (True) or where the parser gave up.
_MEANINGS: tuple[tuple[str, str, str, bool], ...] = (
    (
        "found a tab character",
        "A tab is used for indentation, where YAML admits only spaces.",
        "Replace the tab by spaces.",
        False,
    ),
    (
        "mapping values are not allowed",
        "A `: ` stands where no key of a mapping can be.",
        (
            "Quote the value if it holds `: `; else check the indentation of this line and the one "
            "before it."
        ),
        False,
    ),
    (
        "could not find expected ':'",
        "A key has no `:` behind it.",
        (
            "Write `key: value`; check for a missing colon, a missing `- `, an open quote above, "
            "or text that is not indented."
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
        "A quoted value runs into a line that begins with `---` or `...`.",
        "Close the quote, or indent the line.",
        True,
    ),
    (
        "did not find expected ',' or ']'",
        "A list in brackets is opened here and not closed, or a comma is missing in it.",
        "Close it with `]`, put commas between its items, or quote the text if no list is meant.",
        True,
    ),
    (
        "did not find expected ',' or '}'",
        "A mapping in braces is opened here and not closed, or a comma is missing in it.",
        "Close it with `}`, put commas between its entries, or quote the text if none is meant.",
        True,
    ),
    (
        "did not find expected '-' indicator",
        "The line does not belong to the list above it.",
        "Give it the indentation of the list's other items, or begin it with `- `.",
        False,
    ),
    (
        "did not find expected key",
        "The line does not fit the mapping above it.",
        (
            "Give it the indentation of the mapping's other keys; check for a quote or bracket too "
            "many."
        ),
        False,
    ),
    (
        "did not find expected node content",
        "A value is missing here.",
        "Write the value; quote it if it begins with a character that means something to YAML.",
        False,
    ),
    (
        "block sequence entries are not allowed",
        "A list item (`- `) stands where no list can begin.",
        "Begin the list on a line of its own, or quote the value if text is meant.",
        False,
    ),
    (
        "mapping keys are not allowed",
        "A `? ` stands where no key of a mapping can be.",
        "Quote the value if text is meant.",
        False,
    ),
    (
        "found unknown escape character",
        "The double-quoted value holds a backslash that begins no escape YAML knows.",
        "Write the backslash twice, or put the value in single quotes.",
        False,
    ),
    (
        "did not find expected alphabetic or numeric character",
        "`*` and `&` begin an alias or anchor, and no name follows.",
        "Quote the value if text is meant.",
        True,
    ),
    (
        "found unexpected ':'",
        "A text inside brackets or braces holds a `:` right before one of `,[]{}?`.",
        "Quote the text.",
        False,
    ),
    (
        "found '?' in a flow scalar",
        "A text inside brackets or braces holds a `?`, at which Kubernetes' parser stops.",
        "Quote the text.",
        False,
    ),
    (
        "found unknown directive name",
        "A line that begins with `%` is a directive of YAML, not text.",
        "Indent the line, or quote the text.",
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
        "The document ends before this line, and the line begins no new one.",
        (
            "Check the indentation and the closing quotes and brackets above; put `---` between "
            "documents."
        ),
        False,
    ),
    (
        "control characters are not allowed",
        "The text holds a control character, which YAML does not admit.",
        "Remove it.",
        False,
    ),
)


def broken(document: AnyDocument, error: Malformed) -> Finding:
    """The finding for a text that libyaml cannot parse."""
    message = f"The YAML is broken: {error.problem}" + (
        f" ({error.context})." if error.context else "."
    )
    remedy = "Correct the line; quote the value if it holds characters that mean something to YAML."
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
