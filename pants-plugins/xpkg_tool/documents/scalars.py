"""How Kubernetes reads a YAML scalar.

Kubernetes reads YAML with sigs.k8s.io/yaml: go-yaml v2 decodes it (resolve.go, decode.go), the
result is converted to JSON (yaml.go), and the API server sees the JSON. That is neither YAML 1.1
nor 1.2: `y` and `0777` are a boolean and a number, `12:30` and dates are strings, `1e3` is a
number. Every rule here follows that source code, not a specification.

There are two steps, because keys and values differ in the second one: `resolve` returns the scalar
as go-yaml decodes it (a float stays a float, so the key `1e6` becomes "1e+06"), then `to_json`
converts it to a JSON value, or `to_key` to the string of a mapping key.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import math
import re
import struct
from functools import lru_cache
from typing import Union

Scalar = Union[str, int, float, bool, None]

TAG_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = TAG_PREFIX + "merge"
_STR, _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP, _BINARY = (
    TAG_PREFIX + name for name in ("str", "bool", "int", "float", "null", "timestamp", "binary")
)
_RESOLVABLE = frozenset((_STR, _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP))

# A plain scalar that begins with any other character is a string; the loader's hot loop checks this
# first. The empty string stands for an omitted value.
HINTS = frozenset(("", *"+-0123456789yYnNtTfFoO~."))

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(
        ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True
    ),
    **dict.fromkeys(
        ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False
    ),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}

_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z"
)
# go-yaml parses what follows `0b` again as a signed number: `0b-1` is -1.
_SIGNED_BINARY = re.compile(r"0b([-+][01]+)\Z")
_DECIMAL_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
# What Go's ParseFloat accepts after a leading point: underscores between digits.
_POINT_FLOAT = re.compile(r"\.[0-9](_?[0-9])*([eE][-+]?[0-9](_?[0-9])*)?\Z")
_TIMESTAMP_FORM = re.compile(
    r"[0-9]{4}-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+]([0-9]{2}):([0-9]{2})))"
    r"|(?: +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?))?\Z"
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_INT64 = range(-(2**63), 2**63)
_UINT64_MAX = 2**64 - 1
# No 64-bit integer has more characters (with sign and prefix). Leading zeros are stripped first, so
# a million digits are never converted to a Python integer.
_LONGEST_INTEGER = 66


class ScalarError(ValueError):
    """Kubernetes cannot read the scalar. `message` says why, `remedy` what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def resolve(tag: str | None, text: str) -> Scalar:
    """The scalar `text` as go-yaml v2 decodes it into an empty interface.

    `tag` is the full tag (`tag:yaml.org,2002:int`) or None for a plain scalar without one. Floats
    stay floats, even infinite ones. Raises ScalarError where go-yaml fails.
    """
    if tag is None:
        return _plain(text)
    if tag == _BINARY:
        return _binary(text)
    if tag not in _RESOLVABLE or tag == _STR:
        return text
    value = _plain(text)
    if tag == _TIMESTAMP:
        if isinstance(value, str) and _is_timestamp(value):
            return value
    elif tag == _NULL:
        if value is None:
            return value
    elif tag == _BOOL:
        if isinstance(value, bool):
            return value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if tag == _INT and isinstance(value, int):
            return value
        # go-yaml converts int and int64 to a float, not uint64.
        if tag == _FLOAT and (isinstance(value, float) or value in _INT64):
            return float(value)
    short = "!!" + tag[len(TAG_PREFIX) :]
    raise ScalarError(
        f"{_quoted(text)} is tagged {short} but is not a valid value for that tag.",
        f"Remove the tag, or write a value that is valid for {short}.",
    )


def to_json(value: Scalar) -> Scalar:
    """The JSON value of a resolved scalar: floats that are whole numbers become integers, as when
    Kubernetes reads the JSON. Raises ScalarError for infinities and NaN."""
    if type(value) is not float:
        return value
    if not math.isfinite(value):
        raise ScalarError(
            "Infinity and not-a-number (`.inf`, `.nan`) cannot be represented in JSON, so "
            "Kubernetes cannot read them.",
            'Write a finite number, or quote the value if it is meant as a string (".inf").',
        )
    # Below 1e21, Go writes the shortest digits that parse to the same float, then zeros.
    if value.is_integer() and abs(value) < 1e21:
        return int(value) if abs(value) < 2**53 else _from_digits(value)
    return value


def _from_digits(value: float) -> int:
    # Hardly any document has such a number.
    from decimal import Decimal

    return int(Decimal(repr(value)))


def to_key(value: Scalar) -> str:
    """The string that a resolved scalar becomes as a key of a JSON object (`convertToJSONable` in
    sigs.k8s.io/yaml). Raises ScalarError for null and for integers beyond 64 bits, signed."""
    if isinstance(value, str):
        return value
    if value is None:
        raise ScalarError(
            "A mapping key is null, which Kubernetes cannot read.",
            'Write a string as the key; quote it if it is meant literally ("null", "~").',
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value not in _INT64:
            raise ScalarError(
                f"The key {value} is too large for Kubernetes, which reads integer keys as signed "
                "64-bit integers.",
                f'Quote the key: "{value}".',
            )
        return str(value)
    return _float_key(value)


@lru_cache(maxsize=8192)
def _short_value(text: str) -> Scalar:
    return to_json(_plain(text))


@lru_cache(maxsize=8192)
def _short_key(text: str) -> str:
    return to_key(_plain(text))


def plain_value(text: str) -> Scalar:
    """The JSON value of a plain scalar without a tag. Raises ScalarError."""
    return _short_value(text) if len(text) < 40 else to_json(_plain(text))


def plain_key(text: str) -> str:
    """The key that a plain scalar without a tag becomes. Raises ScalarError."""
    return _short_key(text) if len(text) < 40 else to_key(_plain(text))


def _plain(text: str) -> Scalar:
    if text[:1] not in HINTS:
        return text
    if text in WORDS:
        return WORDS[text]
    first = text[0]
    if first == ".":
        return _finite(text.replace("_", ""), text) if _POINT_FLOAT.match(text) else text
    if first not in "+-0123456789":
        return text
    number = text.replace("_", "")
    integer = _integer(number)
    if integer is not None:
        return integer
    if _DECIMAL_FLOAT.match(number):
        return _finite(number, text)
    signed = _SIGNED_BINARY.match(number)
    if signed and len(number) <= _LONGEST_INTEGER + 1:
        value = int(signed.group(1), 2)
        return value if value in _INT64 else text
    return text


def _integer(number: str) -> int | None:
    """Go's ParseInt(number, 0, 64), then ParseUint; None where both fail."""
    match = _INTEGER.match(number)
    if not match:
        return None
    sign, *digits = match.groups()
    for text, base in zip(digits, (16, 2, 8, 10)):
        if text is not None:
            text = text.lstrip("0") or "0"
            if len(text) > _LONGEST_INTEGER:
                return None
            value = int(text, base)
            break
    if sign == "-":
        value = -value
    if value in _INT64 or (not sign and value <= _UINT64_MAX):
        return value
    return None


def _finite(number: str, text: str) -> Scalar:
    # Go's ParseFloat fails if the number is out of range; then the scalar is a string.
    value = float(number)
    return value if math.isfinite(value) else text


def _float_key(value: float) -> str:
    """Go's FormatFloat(value, 'g', -1, 32), with the names of the YAML infinities."""
    if math.isnan(value):
        return ".nan"
    try:
        single = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    # The fewest digits that parse to the same 32-bit float.
    for precision in range(9):
        shortest = f"{single:.{precision}e}"
        if struct.pack("<f", float(shortest)) == struct.pack("<f", single):
            break
    mantissa, _, exponent = shortest.partition("e")
    digits = mantissa.lstrip("-").replace(".", "")
    power = int(exponent)
    # Go decides between %e and %f as if the shortest form had 6 digits.
    if power < -4 or power >= 6:
        return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return f"{single:.{max(len(digits) - power - 1, 0)}f}"


def _binary(text: str) -> str:
    compact = text.replace("\n", "").replace("\r", "")
    try:
        if not compact.isascii():
            raise binascii.Error
        data = base64.b64decode(compact, validate=True)
        # Python accepts more than Go does: padding in the middle, and characters after it.
        if len(compact) % 4 or "=" in compact[:-2] or compact[-2:-1] == "=" != compact[-1:]:
            raise binascii.Error
    except (binascii.Error, ValueError):
        raise ScalarError(
            "The value is tagged !!binary but is not valid base64.",
            "Write standard base64 with padding and without spaces, or remove the tag.",
        ) from None
    return data.decode("utf-8", "xpkg-go-json")


def _replace_one_byte(error: UnicodeError) -> tuple[str, int]:
    # Go's JSON encoder replaces each invalid byte; Python's own handler each invalid sequence.
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd", error.start + 1


codecs.register_error("xpkg-go-json", _replace_one_byte)


def _is_timestamp(text: str) -> bool:
    """Whether go-yaml's `parseTimestamp` accepts the string (four of Go's time layouts)."""
    match = _TIMESTAMP_FORM.match(text)
    if not match:
        return False
    month, day, *rest = (int(group) if group else 0 for group in match.groups())
    hour, minute, second = (rest[i] + rest[i + 5] for i in range(3))
    year = int(text[:4])
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (
        1 <= month <= 12
        and 1 <= day <= _DAYS[month - 1] + leap
        and hour < 24
        and minute < 60
        and second < 60
        and rest[3] <= 24
        and rest[4] < 60
    )


def _quoted(text: str) -> str:
    return f"`{text}`" if len(text) <= 40 else f"`{text[:37]}...`"
