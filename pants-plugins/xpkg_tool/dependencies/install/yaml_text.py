"""Writes objects as YAML that every reader takes for the same values.

A serializer of a library would do, but its bytes depend on the library's version, and a manifest
is committed.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Sequence

# Without quotes stands only what no version of YAML takes for anything but a string.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9._/@:+-]*[A-Za-z0-9._/@+-])?")
_NOT_STRINGS = frozenset({"y", "yes", "n", "no", "true", "false", "on", "off", "null"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def to_yaml(documents: Sequence[Mapping[str, Any]]) -> str:
    """The documents, each after a `---`: mappings in their order, of strings, integers, booleans,
    mappings, and lists of all but lists."""
    return "".join("---\n" + "".join(_mapping(d, "")) for d in documents)


def _mapping(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        yield f"{indent}{_scalar(key)}:{_rest(inner, indent)}"


def _rest(value: Any, indent: str) -> str:
    """What stands behind a key."""
    if isinstance(value, Mapping):
        return "\n" + "".join(_mapping(value, f"{indent}  ")) if value else " {}\n"
    if isinstance(value, list):
        return "\n" + "".join(_item(item, indent) for item in value) if value else " []\n"
    return f" {_scalar(value)}\n"


def _item(value: Any, indent: str) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_mapping(value, f"{indent}  ")) or f"{indent}  {{}}\n"
        return f"{indent}- {inner[len(indent) + 2 :]}"
    return f"{indent}- {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_STRINGS:
        return str(value)
    return '"' + "".join(map(_character, value)) + '"'


def _character(character: str) -> str:
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if 0x20 <= code < 0x7F:
        return character
    return f"\\x{code:02x}" if code < 0x100 else _unicode(code)


def _unicode(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
