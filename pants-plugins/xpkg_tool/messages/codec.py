"""Messages as JSON, and back."""

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin


class MessageError(ValueError):
    """JSON that is not the expected message. One sentence that names the field, such as
    `packages[0].digest: must be a string, got "integer"`."""


T = TypeVar("T", bound=tuple[Any, ...])
_SCALARS = (bool, float, int, str)
_KINDS = {
    type(None): "null",
    bool: "boolean",
    float: "number",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


def encode(message: tuple[Any, ...]) -> bytes:
    """The message as JSON, in ASCII: paths may hold bytes that are not UTF-8 (as `surrogateescape`
    has them)."""
    return json.dumps(to_json(message), separators=(",", ":")).encode("ascii")


def decode(form: type[T], text: bytes) -> T:
    """The inverse of `encode` for a message of the type `form`. Raises MessageError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"{form.__name__}: is not JSON: {error}") from None
    read: T = _read(form, value, "")
    return read


def to_json(value: Any) -> Any:
    """A message or the value of a field, as `json` takes it: objects with the names of the fields
    in camel case."""
    if hasattr(value, "_fields"):
        return {_key(n): to_json(v) for n, v in zip(value._fields, value)}
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return value.value if isinstance(value, Enum) else value


def _key(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _read(form: Any, value: Any, where: str) -> Any:
    if form in _SCALARS:
        if type(value) is form or (form is float and type(value) is int):
            return value
        raise _unfit(where, form, value)
    if hasattr(form, "_fields"):
        return _read_message(form, value, where)
    origin, arguments = get_origin(form), get_args(form)
    if origin is tuple:
        if type(value) is not list:
            raise _unfit(where, list, value)
        item = arguments[0]
        # A large package has tens of thousands of paths.
        if item is str and all(type(entry) is str for entry in value):
            return tuple(value)
        return tuple(_read(item, entry, f"{where}[{n}]") for n, entry in enumerate(value))
    if origin is Mapping:
        if type(value) is not dict:
            raise _unfit(where, dict, value)
        item = arguments[1]
        return {
            key: _read(item, entry, f"{where}[{json.dumps(key)}]") for key, entry in value.items()
        }
    if origin is Union:  # With None.
        return None if value is None else _read(arguments[0], value, where)
    allowed = arguments or tuple(member.value for member in form)
    if value not in allowed:
        raise MessageError(
            f"{where}: must be one of {', '.join(map(json.dumps, allowed))}, "
            f"got {json.dumps(value) if isinstance(value, str) else _kind(value)}"
        )
    return value if arguments else form(value)


def _read_message(form: Any, value: Any, where: str) -> Any:
    if type(value) is not dict:
        raise _unfit(where or form.__name__, dict, value)
    below = f"{where}." if where else ""
    given = dict(value)
    fields = {}
    for name, type_of_field in form.__annotations__.items():
        key = _key(name)
        if key in given:
            fields[name] = _read(type_of_field, given.pop(key), f"{below}{key}")
        elif name not in form._field_defaults:
            raise MessageError(f"{below}{key}: is required")
    for key in given:
        raise MessageError(f"{below}{key}: is not a field of {form.__name__}")
    return form(**fields)


def _unfit(where: str, expected: type[Any], value: Any) -> MessageError:
    kind = _KINDS[expected]
    article = "an" if kind[0] in "aio" else "a"
    return MessageError(f"{where}: must be {article} {kind}, got {_kind(value)}")


def _kind(value: Any) -> str:
    return f'"{_KINDS[type(value)]}"'
