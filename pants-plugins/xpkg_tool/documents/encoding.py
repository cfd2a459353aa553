"""From the bytes of a YAML file to clean UTF-8 with LF line ends, or findings (XP001)."""

from __future__ import annotations

import codecs
import re

from xpkg_tool.diagnostics.finding import Finding, Position
from xpkg_tool.diagnostics.rule import Rule

ENCODING = Rule(
    "XP001",
    "not-utf-8",
    "The file is not UTF-8, or holds characters that YAML forbids.",
    fatal=True,
)

_BOM = codecs.BOM_UTF8
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAVE_AS_UTF8 = "Save the file as UTF-8."
# The only control characters that YAML 1.1 (section 4.1) allows are tab, line feed, carriage return
# and U+0085; libyaml and go-yaml refuse the others before they parse anything.
_CONTROL_BYTES = bytes(c for c in range(0x20) if c not in b"\t\n\r") + b"\x7f"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
# The other ones in UTF-8. Each begins with bytes that are rare, so that few places are looked at.
_WIDE_CONTROL = (re.compile(rb"\xc2[\x80-\x84\x86-\x9f]"), re.compile(rb"\xef\xbf[\xbe\xbf]"))
# The most characters of a line that are shown.
_SHOWN = 160


def clean(path: str, data: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """The file as UTF-8 with only characters that YAML allows: the byte order mark removed, CRLF
    and lone CR replaced by LF, a missing final newline added. If there are findings, the bytes are
    not usable."""
    for mark, name in _WIDE_MARKS:
        if data.startswith(mark):
            return b"", (_wide(path, f"The file is {name}; Kubernetes reads only UTF-8."),)
    data = data.removeprefix(_BOM)
    if (
        len(data) > 3
        and b"\0" in data[:2]
        and not (data[0:8:2].strip(b"\0") and data[1:8:2].strip(b"\0"))
    ):
        # Every other byte is NUL: UTF-16 without a byte order mark.
        message = "The file contains NUL bytes as UTF-16 does; Kubernetes reads only UTF-8."
        return b"", (_wide(path, message),)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if data and not data.endswith(b"\n"):
        data += b"\n"
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            return b"", (_invalid(path, data, error.start),)
    if len(data.translate(None, _CONTROL_BYTES)) != len(data) or any(
        pattern.search(data) for pattern in _WIDE_CONTROL
    ):
        return b"", _control_characters(path, data.decode("utf-8"))
    return data, ()


def _wide(path: str, message: str) -> Finding:
    return ENCODING.finding(message, _SAVE_AS_UTF8, path, Position(1, 1))


def _invalid(path: str, data: bytes, start: int) -> Finding:
    begin = data.rfind(b"\n", 0, start) + 1
    end = data.find(b"\n", start)
    column = len(data[begin:start].decode("utf-8")) + 1
    source = data[begin : min(end, start + _SHOWN)].decode("utf-8", "replace")
    return ENCODING.finding(
        f"The byte 0x{data[start]:02x} is not valid UTF-8 here; Kubernetes reads only UTF-8.",
        "Save the file as UTF-8 (it may be Latin-1 or Windows-1252), or remove the byte.",
        path,
        Position(data.count(b"\n", 0, start) + 1, column, source),
    )


def _control_characters(path: str, text: str) -> tuple[Finding, ...]:
    """One finding for each forbidden character, at its first place, with the number of places."""
    places: dict[str, list[int]] = {}
    for match in _CONTROL.finditer(text):
        places.setdefault(match.group(), []).append(match.start())
    findings = []
    for character, starts in places.items():
        first = starts[0]
        begin = text.rfind("\n", 0, first) + 1
        more = f" ({len(starts)} of them in the file)" if len(starts) > 1 else ""
        findings.append(
            ENCODING.finding(
                f"The character U+{ord(character):04X} is not allowed in YAML{more}.",
                "Remove it; if it is intended, write it as an escape in a double-quoted value "
                f'("\\{_escape(character)}").',
                path,
                Position(
                    text.count("\n", 0, first) + 1,
                    first - begin + 1,
                    text[begin : min(text.find("\n", first), first + _SHOWN)],
                ),
            )
        )
    return tuple(findings)


def _escape(character: str) -> str:
    code = ord(character)
    return f"x{code:02x}" if code < 0x100 else f"u{code:04x}"
