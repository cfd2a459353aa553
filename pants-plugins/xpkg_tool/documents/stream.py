"""A YAML file as a stream of documents, at the level of its text.

The text of a document goes into a package as its author wrote it, and Kubernetes' reader cuts the
package's stream at each line that begins with `---`. So splitting follows lines, not a parser: a
separator is `---` at column 0 with white space, a comment or the end of the line behind it, also
where YAML would still be inside a block scalar. YAML itself is asked only where content stands on
a separator's line and has to move to a line of its own.

Codes of the findings about reading YAML, here and in the modules named:

| code | what | module |
|---|---|---|
| XP001 | the file is not UTF-8, or holds characters that YAML forbids | encoding |
| XP002 | the YAML is broken | exact, errors |
| XP003 | a `%` directive | stream |
| XP004 | content on a `---` or `...` line that cannot be kept as written | stream |
| XP005 | a key stands twice in one mapping | exact |
| XP006 | a key or value that Kubernetes cannot read (null key, `.nan`, bad tag) | exact, scalars |
| XP007 | nesting, aliases or documents over the limit | exact, anchors, limits |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Iterator, Protocol

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, Position
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.encoding import ENCODING, clean
from xpkg_tool.documents.limits import MAX_DOCUMENTS, documents_problem

DIRECTIVE = Rule("XP003", "directive", "A document is preceded by a `%` directive.", fatal=True)
SEPARATOR = Rule(
    "XP004",
    "separator",
    "The line of a document separator has content that cannot be kept as it is.",
    fatal=True,
    also=WARNING,
)

_BOM = b"\xef\xbb\xbf"
# More of them in one document are not told of: each finding holds a line.
_MAX_DIRECTIVES = 10_000
_HAS_CONTENT = re.compile(rb"^[ \t]*[^ \t\n#]", re.MULTILINE)
# YAML 1.1 ends a line, and with it a comment, at these too (U+0085, U+2028, U+2029); Kubernetes'
# reader of the stream does not.
_OTHER_BREAKS = re.compile(b"\xc2\x85|\xe2\x80[\xa8\xa9]")
# libyaml skips a byte order mark at the start of any line; Kubernetes reads it as text.
_INNER_BOM = re.compile(b"(?:\n|\xc2\x85|\xe2\x80[\xa8\xa9])(" + _BOM + b")")


@dataclass(frozen=True)
class Document:
    """One document of a file.

    `path` is as the caller gave it, '/'-separated. `index` counts from 0 the documents of the file
    that have content. `text` begins on `line` at `column` of the file (both 1-based; the column is
    1 unless the text stood on a separator's line), has LF line ends and ends with one.
    """

    path: str
    index: int
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


class AnyDocument(Protocol):
    """A document whose text is at hand (Document) or in a file (stored.StoredDocument)."""

    @property
    def path(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def size(self) -> int: ...


@dataclass(frozen=True)
class _Part:
    """The lines between two markers: bytes `start` to `end`, the first on `line`. `head` is what
    stands behind `---` on its line, from `column` on, comments alone left out."""

    start: int
    end: int
    line: int
    head: bytes = b""
    column: int = 1


def split(
    path: str, data: bytes, *, loss: str = ERROR
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    """The documents of a YAML file that have content, and what is wrong with the stream.

    A document whose text cannot be kept as written is left out; every other one is complete. `loss`
    is the severity of findings about text that Kubernetes' reader passes over and that is left out
    here. Never raises, for any `data`.
    """
    data, broken = clean(path, data)
    if broken:
        return (), broken
    documents: list[Document] = []
    findings: list[Finding] = []
    index = 0
    for part in _parts(path, data, findings, loss):
        body = data[part.start : part.end]
        if not part.head and body.startswith(_BOM):
            body = body[len(_BOM) :]
        findings += _inner_bom(path, part.line, part.head + b"\n" + body if part.head else body)
        if not part.head and not _HAS_CONTENT.search(body):
            findings += _hidden(path, part.line, body)
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
            # Kubernetes' reader takes `---#` for a separator with a comment and stops at any other
            # `---x`. `...x` is ordinary text to everyone.
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
    """Where the lines that begin with `---` or `...` begin, in order. `bytes.find` is some hundred
    times as fast as a regular expression with `^`."""
    following = {}
    for marker in (b"---", b"..."):
        following[marker] = 0 if data.startswith(marker) else data.find(b"\n" + marker) + 1 or None
    while True:
        found = [(start, marker) for marker, start in following.items() if start is not None]
        if not found:
            return
        start, marker = min(found)
        yield start
        following[marker] = data.find(b"\n" + marker, start) + 1 or None


def _directives(path: str, line: int, body: bytes) -> Iterator[Finding]:
    """A finding for each `%` line before the content of a document."""
    counted = position = 0
    # Line by line of content: an expression that passes over all comments at once takes a hundred
    # bytes of memory for each of theirs.
    while (match := _HAS_CONTENT.search(body, position)) and match.group() == b"%":
        start = match.start()
        line += body.count(b"\n", counted, start)
        counted, position = start, body.index(b"\n", start) + 1
        source = body[start : position - 1].decode("utf-8")
        yield DIRECTIVE.finding(
            f"The directive `{source.split()[0]}` cannot be kept: Kubernetes reads each document "
            "of a package on its own and refuses directives.",
            "Remove the line; where it declares a tag handle, write the tags out in full.",
            path,
            Position(line, 1, source, len(source)),
        )


def _hidden(path: str, line: int, comments: bytes) -> Iterator[Finding]:
    """A finding where comments that are about to be dropped hold a line break of YAML's: the text
    behind it is content to a parser and would vanish."""
    match = _OTHER_BREAKS.search(comments)
    if match:
        begin = comments.rfind(b"\n", 0, match.start()) + 1
        source = comments[begin:].split(b"\n", 1)[0].decode("utf-8")
        character = ord(match.group().decode("utf-8"))
        yield SEPARATOR.finding(
            f"The comment holds U+{character:04X}, which ends a line in YAML but not for "
            "Kubernetes: what stands behind it would be lost.",
            "Replace the character by an ordinary line break.",
            path,
            Position(
                line + comments.count(b"\n", 0, match.start()),
                len(comments[begin : match.start()].decode("utf-8")) + 1,
                source,
            ),
        )


def _inner_bom(path: str, line: int, body: bytes) -> Iterator[Finding]:
    match = _INNER_BOM.search(body) if _BOM in body else None
    if match:
        source = body[match.start(1) :].split(b"\n", 1)[0].decode("utf-8")
        yield ENCODING.finding(
            "A byte order mark (U+FEFF) stands at the start of a line, as where files were joined.",
            "Remove the character; it may stand only at the start of the file.",
            path,
            Position(line + body.count(b"\n", 0, match.start(1)), 1, source),
        )


def _moved(
    path: str, index: int, part: _Part, body: str, findings: list[Finding]
) -> Document | None:
    """The document whose content begins on its separator's line, if it means the same from column
    0 of a line of its own."""
    head = part.head.decode("utf-8")
    text = f"{head}\n{body}"
    written = _reading(f"--- {text}")
    moved = _reading(text)
    if written == moved:
        return Document(path, index, part.line, part.column, text)
    findings.append(
        SEPARATOR.finding(
            "What stands behind `---` on its line cannot be read as written, or would mean "
            "something else on a line of its own.",
            "Begin the document on the line after `---`.",
            path,
            Position(part.line, part.column, "---".ljust(part.column - 1) + head, len(head)),
        )
    )
    return None


def _reading(text: str) -> list[object]:
    """What a parser says of the text, without places; for broken YAML, how and in which line."""
    from xpkg_tool.documents.events import Malformed, events

    found: list[object] = []
    try:
        for event in events(text):
            found.append(
                (
                    type(event),
                    getattr(event, "anchor", None),
                    getattr(event, "tag", None),
                    getattr(event, "value", None),
                    getattr(event, "implicit", None),
                )
            )
    except Malformed as error:
        found.append((error.problem, text.count("\n", 0, error.index)))
    return found


def _glued(path: str, line: int, source: str) -> Finding:
    return SEPARATOR.finding(
        "A line that begins with `---` and goes on without a space stops Kubernetes' reader: "
        "`---` there is always a separator of documents.",
        "Put a space behind `---` if it is a separator; else indent or quote the text.",
        path,
        Position(line, 1, source, len(source)),
    )


def _after_end(path: str, line: int, column: int, source: str, severity: str) -> Finding:
    return SEPARATOR.finding(
        "Content stands on the line of a document end marker (`...`), where YAML admits only a "
        "comment.",
        "Put it on a line of its own, after a line `---`.",
        path,
        Position(line, column, source, len(source) - column + 1),
        severity=severity,
    )
