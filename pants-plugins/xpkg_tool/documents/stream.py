"""Splits a YAML file into documents, without parsing it.

The text of a document goes into a package as its author wrote it, and Kubernetes' reader splits the
package's stream at each line that begins with `---`. So splitting goes by lines: a separator is
`---` at column 0, followed by white space, a comment or the end of the line, even inside what YAML
considers a block scalar. A parser is needed only if there is content on a separator's line, which
has to move to its own line.

The codes of findings about reading YAML, with their modules:

| code | what | module |
|---|---|---|
| XP001 | the file is not UTF-8, or has characters that YAML forbids | encoding |
| XP002 | the YAML is broken | exact, errors |
| XP003 | a `%` directive | stream |
| XP004 | content on a `---` or `...` line that cannot be kept as written | stream |
| XP005 | a key appears twice in one mapping | exact |
| XP006 | a key or value that Kubernetes cannot read (null key, `.nan`, bad tag) | exact, scalars |
| XP007 | nesting, aliases or documents over the limit | exact, anchors, limits |
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Iterator, NamedTuple, Union

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, Position
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.encoding import ENCODING, clean
from xpkg_tool.documents.limits import MAX_DOCUMENTS, documents_problem

if TYPE_CHECKING:
    from xpkg_tool.documents.stored import StoredDocument

DIRECTIVE = Rule("XP003", "directive", "A document is preceded by a `%` directive.", fatal=True)
SEPARATOR = Rule(
    "XP004",
    "separator",
    "The line of a document separator has content that cannot be kept as it is.",
    fatal=True,
    also=WARNING,
)

_BOM = b"\xef\xbb\xbf"
# Further directives in a document are not reported, because each finding contains a line.
_MAX_DIRECTIVES = 10_000
_HAS_CONTENT = re.compile(rb"^[ \t]*[^ \t\n#]", re.MULTILINE)
# Beginning with a character and not with `^`, it is a hundred times as fast.
_MARKER = re.compile(rb"\n(?:---|\.\.\.)")
# In YAML 1.1 these also end a line, and with it a comment (U+0085, U+2028, U+2029); for Kubernetes'
# stream reader they do not.
_OTHER_BREAKS = re.compile(b"\xc2\x85|\xe2\x80[\xa8\xa9]")
# libyaml skips a byte order mark at the start of any line; Kubernetes reads it as a character.
_INNER_BOM = re.compile(b"(?:\n|\xc2\x85|\xe2\x80[\xa8\xa9])(" + _BOM + b")")

# What an event means, apart from its type.
_MEANING = ("anchor", "tag", "value", "implicit")


class Document(NamedTuple):
    """One document of a file.

    `path` is as the caller gave it, '/'-separated. `number` counts, from 0, the documents
    among those of the file that have content. `text` begins at `line` and `column` of the file
    (both 1-based; the column is 1 unless the text was on a separator's line), has LF line ends and
    ends with one.
    """

    path: str
    number: int
    line: int
    column: int
    text: str

    @property
    def data(self) -> bytes:
        """The text as UTF-8."""
        return self.text.encode("utf-8")

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.text) if self.text.isascii() else len(self.data)


# A document with its text in memory or in a file.
AnyDocument = Union[Document, "StoredDocument"]


class _Part(NamedTuple):
    """The lines between two markers: bytes `start` to `end`, the first on `line`. `head` is the
    content after `---` on its line, from `column` on, or empty if that is only a comment."""

    start: int
    end: int
    line: int
    head: bytes = b""
    column: int = 1


def split(
    path: str, data: bytes, *, loss: str = ERROR
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    """The documents of a YAML file that have content, and what is wrong with the stream.

    A document that cannot be kept as written is left out; every other one is complete. `loss` is
    the severity of findings about content that Kubernetes' reader skips and that is left out here.
    Never raises, for any `data`.
    """
    # At the start of the file the mark is dropped; right before a separator it does no harm.
    first_is_marked = data.startswith(_BOM) and not data.startswith(_BOM + b"---")
    data, broken = clean(path, data)
    if broken:
        return (), broken
    documents: list[Document] = []
    findings: list[Finding] = []
    index = 0
    for part in _parts(path, data, findings, loss):
        body = data[part.start : part.end]
        marked = not part.head and body.startswith(_BOM)
        if marked:
            body = body[len(_BOM) :]
        findings += _inner_bom(path, part.line, part.head + b"\n" + body if part.head else body)
        if not part.head and not _HAS_CONTENT.search(body):
            findings += _hidden(path, part.line, body)
            if marked or (first_is_marked and part.start == 0):
                findings.append(_lonely_bom(path, part.line, body))
            continue
        if part.head:
            document = _moved(path, index, part, body.decode("utf-8"), findings)
        elif directives := list(islice(_directives(path, part.line, body), _MAX_DIRECTIVES)):
            findings += directives
            document = None
        else:
            document = Document(path, index, part.line, 1, body.decode("utf-8"))
        index += 1
        if document:
            documents.append(document)
    return tuple(documents), tuple(findings)


def _parts(path: str, data: bytes, findings: list[Finding], loss: str) -> Iterator[_Part]:
    part_start, part_line, head, column = 0, 1, b"", 1
    line, counted = 1, 0
    for number, start in enumerate(_marker_lines(data)):
        end = data.find(b"\n", start)
        line += data.count(b"\n", counted, start)
        counted = start
        if number >= MAX_DOCUMENTS:
            findings.append(documents_problem(path, line))
            return
        marker, rest = data[start : start + 3], data[start + 3 : end]
        if rest[:1] not in (b"", b" ", b"\t"):
            # Kubernetes' reader treats `---#` as a separator with a comment and fails at any other
            # `---x`. `...x` is ordinary content for all parsers.
            if marker == b"...":
                continue
            if rest[:1] != b"#":
                findings.append(_glued(path, line, data[start:end].decode("utf-8")))
                continue
        yield _Part(part_start, start, part_line, head, column)
        content = rest.lstrip(b" \t")
        if content.startswith(b"#"):
            findings += _hidden(path, line, data[start:end])
            content = b""
        head, column = content, 1
        if content:
            column = end - start - len(content) + 1
            if marker == b"...":
                source = data[start:end].decode("utf-8")
                findings.append(_after_end(path, line, column, source, loss))
                head, column = b"", 1
        part_start, part_line = end + 1, line + (not head)
    yield _Part(part_start, len(data), part_line, head, column)


def _marker_lines(data: bytes) -> Iterator[int]:
    """The offsets of the lines that begin with `---` or `...`, in order."""
    if data.startswith((b"---", b"...")):
        yield 0
    for found in _MARKER.finditer(data):
        yield found.start() + 1


def _directives(path: str, line: int, body: bytes) -> Iterator[Finding]:
    """A finding for each `%` line before the content of a document."""
    counted = position = 0
    # Line by line: an expression that skips all comments at once takes a hundred times their size
    # in memory.
    while (match := _HAS_CONTENT.search(body, position)) and match.group() == b"%":
        start = match.start()
        line += body.count(b"\n", counted, start)
        counted, position = start, body.index(b"\n", start) + 1
        source = body[start : position - 1].decode("utf-8")
        yield DIRECTIVE.finding(
            f"The directive `{source.split()[0]}` cannot be kept: Kubernetes reads each document "
            "of a package by itself and refuses directives.",
            "Remove the line; if it declares a tag handle, write the tags out in full.",
            path,
            Position(line, 1, source, len(source)),
        )


def _hidden(path: str, line: int, comments: bytes) -> Iterator[Finding]:
    """A finding if comments that will be dropped contain a YAML line break: what follows it is
    content for a parser and would be lost."""
    match = _OTHER_BREAKS.search(comments)
    if match:
        begin = comments.rfind(b"\n", 0, match.start()) + 1
        source = comments[begin:].split(b"\n", 1)[0].decode("utf-8")
        character = ord(match.group().decode("utf-8"))
        yield SEPARATOR.finding(
            f"The comment contains U+{character:04X}, which ends a line in YAML but not for "
            "Kubernetes: what follows it would be lost.",
            "Replace the character with an ordinary line break.",
            path,
            Position(
                line + comments.count(b"\n", 0, match.start()),
                len(comments[begin : match.start()].decode("utf-8")) + 1,
                source,
            ),
        )


def _lonely_bom(path: str, line: int, body: bytes) -> Finding:
    """Kubernetes' reader skips a part without content, but does not see that it is one."""
    source = body.split(b"\n", 1)[0].decode("utf-8")
    return ENCODING.finding(
        "There is a byte order mark (U+FEFF) before nothing but comments and blank lines, which "
        "Crossplane's build reads as an object without a kind.",
        "Remove the character, and the part of the file if it is empty.",
        path,
        Position(line, 1, source),
    )


def _inner_bom(path: str, line: int, body: bytes) -> Iterator[Finding]:
    match = _INNER_BOM.search(body) if not body.isascii() and _BOM in body else None
    if match:
        source = body[match.start(1) :].split(b"\n", 1)[0].decode("utf-8")
        yield ENCODING.finding(
            "There is a byte order mark (U+FEFF) at the start of a line, as when files are "
            "concatenated.",
            "Remove the character; it is allowed only at the start of the file.",
            path,
            Position(line + body.count(b"\n", 0, match.start(1)), 1, source),
        )


def _moved(
    path: str, index: int, part: _Part, body: str, findings: list[Finding]
) -> Document | None:
    """The document whose content begins on its separator's line, if it means the same from column
    0 of its own line."""
    head = part.head.decode("utf-8")
    text = f"{head}\n{body}"
    written = _reading(f"--- {text}")
    moved = _reading(text)
    if written == moved:
        return Document(path, index, part.line, part.column, text)
    findings.append(
        SEPARATOR.finding(
            "The content after `---` on the same line is malformed, or would mean something else "
            "on its own line.",
            "Begin the document on the line after `---`.",
            path,
            Position(part.line, part.column, "---".ljust(part.column - 1) + head, len(head)),
        )
    )
    return None


def _reading(text: str) -> list[object]:
    """The parser's events without places; for malformed YAML, the error and its line."""
    from xpkg_tool.documents.events import Malformed, events

    found: list[object] = []
    try:
        for event in events(text):
            found.append((type(event), *(getattr(event, name, None) for name in _MEANING)))
    except Malformed as error:
        found.append((error.problem, text.count("\n", 0, error.index)))
    return found


def _glued(path: str, line: int, source: str) -> Finding:
    return SEPARATOR.finding(
        "Kubernetes' reader refuses a line that begins with `---` and continues without a space: "
        "at the start of a line, `---` always separates documents.",
        "Put a space after `---` if it is a separator; otherwise indent the line or quote the "
        "value.",
        path,
        Position(line, 1, source, len(source)),
    )


def _after_end(path: str, line: int, column: int, source: str, severity: str) -> Finding:
    return SEPARATOR.finding(
        "There is content on the line of a document end marker (`...`), where YAML allows only a "
        "comment.",
        "Put it on its own line, after a line `---`.",
        path,
        Position(line, column, source, len(source) - column + 1),
        severity=severity,
    )
