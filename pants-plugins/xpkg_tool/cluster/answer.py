"""What `kubectl get --output=json` prints, read defensively: between it and us may be a proxy, a
plugin, or a server that is no API server."""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping


class Unreadable(Exception):
    """It is not what kubectl prints. `str()` says what it is instead, in a few words."""


def objects_in(printed: str) -> tuple[Mapping[str, Any], ...]:
    """The objects, of which each has a name, and of what else is looked at the right types. Raises
    Unreadable."""
    if not printed.strip():
        return ()
    try:
        value = json.loads(printed)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    # Of a single object it prints no list.
    items = value.get("items", [value]) if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise Unreadable("it has no list of objects")
    for item in items:
        for problem in _problems(item):
            raise Unreadable(problem)
    return tuple(items)


def _problems(item: Any) -> Iterator[str]:
    if not isinstance(item, dict):
        yield "an object in it is no mapping"
        return
    for part in ("metadata", "spec", "status"):
        if not isinstance(item.get(part) or {}, dict):
            yield f"`{part}` of an object is no mapping"
            return
    metadata, status = item.get("metadata") or {}, item.get("status") or {}
    if not isinstance(metadata.get("name"), str):
        yield "an object has no name"
    conditions = status.get("conditions") or []
    if not isinstance(conditions, list) or not all(isinstance(c, dict) for c in conditions):
        yield "`status.conditions` of an object is no list of conditions"
        return
    generations = [metadata.get("generation"), *(c.get("observedGeneration") for c in conditions)]
    if not all(isinstance(generation or 0, int) for generation in generations):
        yield "a generation is no integer"
