"""What a check looks at: an object, its value, and a way to say what is wrong with a part of it."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, NamedTuple

from xpkg_tool.diagnostics.finding import AnyFinding, Finding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, locate
from xpkg_tool.documents.stream import AnyDocument
from xpkg_tool.package.types import ObjectKind

# A path in a message has at most so many.
_MOST_STEPS = 60


class Subject(NamedTuple):
    """An object of a package. `label` is its name in messages ("Composition nets.example.org").

    Values may nest 10,000 deep and aliased parts are shared: rules neither recurse without a bound
    nor change anything.
    """

    document: AnyDocument
    value: Mapping[str, Any]
    label: str

    def finding(
        self,
        rule: Rule,
        message: str,
        remedy: str,
        path: PathOf = (),
        *,
        key: bool = False,
        severity: str | None = None,
    ) -> Finding:
        """A finding at the value (or, with `key`, at the key) that `path` leads to. Where there is
        no such part, the nearest one above it is shown. `severity` is the rule's unless given."""
        position = locate(self.document, path, key=key)
        return rule.finding(message, remedy, self.document.path, position, self.label, severity)

    def get(self, *path: str | int) -> Any:
        """The part that `path` leads to, or None."""
        value: Any = self.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(step, int) and isinstance(value, list) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value


_Find = Callable[[Subject], Iterator[AnyFinding]]


class Check(NamedTuple):
    """What is checked of the objects of some kinds. index.py, which is generated, names the checks
    of each kind."""

    kinds: frozenset[ObjectKind]
    find: _Find

    def __call__(self, subject: Subject) -> Iterator[AnyFinding]:
        return self.find(subject)


def checks(*kinds: ObjectKind) -> Callable[[_Find], Check]:
    """Declares that a function looks at the objects of these kinds; it yields all its findings for
    one object."""
    return lambda find: Check(frozenset(kinds), find)


def dotted(path: PathOf) -> str:
    """`spec.versions[0].name`: how Kubernetes writes a path. Of a very long one the middle is left
    out, and so are the ends of long names in it."""
    if len(path) > _MOST_STEPS:
        half = _MOST_STEPS // 2
        return f"{dotted(path[:half])}...{dotted(path[-half:])}"
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{cut(step)}" if text else cut(step)
    return text
