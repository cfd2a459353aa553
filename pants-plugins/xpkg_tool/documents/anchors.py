"""Anchors and aliases while a document is read, and the limit on the expansion of aliases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.errors import BROKEN_YAML
from xpkg_tool.documents.limits import LIMIT

# go-yaml v2 (decode.go, `allowedAliasRatio`): the share of decoded nodes that may come from
# aliases shrinks from 99 % to 10 % between these numbers of nodes.
_RATIO_LOW, _RATIO_HIGH = 400_000, 4_000_000


class AnchorError(ValueError):
    """An alias cannot be followed. The arguments are rule, message and remedy."""

    def __init__(self, rule: Rule, message: str, remedy: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.remedy = remedy


@dataclass
class _Anchor:
    """What an anchor names: a collection, or a scalar as go-yaml resolves it. `nodes` is how many
    nodes go-yaml decodes for it, None while the collection is still open."""

    value: Any
    start: int
    nodes: int | None


class Anchors:
    """The anchors of one document.

    `decoded` in the methods is the number of nodes go-yaml has decoded so far, each alias counted
    with all that it stands for.
    """

    def __init__(self) -> None:
        self.open: dict[int, _Anchor] = {}
        self.aliased = 0
        self._named: dict[str, _Anchor] = {}
        self._dense = False

    def scalar(self, name: str, value: Any) -> None:
        self._named[name] = _Anchor(value, 0, 1)

    def begin(self, name: str, collection: Any, decoded: int) -> None:
        self._named[name] = self.open[id(collection)] = _Anchor(collection, decoded, None)

    def end(self, collection: Any, decoded: int) -> None:
        anchor = self.open.pop(id(collection), None)
        if anchor:
            anchor.nodes = decoded - anchor.start

    def follow(self, name: str, decoded: int) -> tuple[Any, int]:
        """The value of the alias, and the number of nodes decoded after it. Raises AnchorError."""
        anchor = self._named.get(name)
        if anchor is None:
            raise AnchorError(
                BROKEN_YAML,
                f"The alias `*{name}` refers to an anchor that is not defined in this document.",
                f"Define it above with `&{name}` in the same document (anchors do not apply to "
                "other documents), or quote the value if it is meant as a string.",
            )
        if anchor.nodes is None:
            raise AnchorError(
                LIMIT,
                f"The anchor `&{name}` contains itself through this alias.",
                "Write the value out in full; a value cannot contain itself.",
            )
        decoded += 1 + anchor.nodes
        self.aliased += anchor.nodes
        self.check(decoded)
        return anchor.value, decoded

    def check(self, decoded: int, *, at_end: bool = False) -> None:
        """Raises AnchorError where go-yaml refuses the share of aliased nodes. go-yaml checks at
        each node; between aliases the share can exceed the limit only at the two bounds checked
        here."""
        aliased = self.aliased
        if aliased <= 100:
            return
        if decoded <= 1000:
            self._dense = self._dense or aliased > 0.99 * 1001
            excessive = False
        else:
            excessive = self._dense or aliased / decoded > _allowed(decoded)
        if at_end and decoded >= _RATIO_HIGH:
            excessive = excessive or aliased > 0.1 * _RATIO_HIGH
        if excessive:
            raise AnchorError(
                LIMIT,
                "Aliases make up too much of the document: Kubernetes refuses to expand "
                f"{aliased:,} of {decoded:,} nodes from them.",
                "Write the aliased values out in full, or use fewer aliases.",
            )


def _allowed(decoded: int) -> float:
    if decoded <= _RATIO_LOW:
        return 0.99
    if decoded >= _RATIO_HIGH:
        return 0.1
    return 0.99 - 0.89 * ((decoded - _RATIO_LOW) / (_RATIO_HIGH - _RATIO_LOW))


def height(value: Any) -> int:
    """How deeply the collections of a value nest (0 for a scalar). Visits shared ones once."""
    heights: dict[int, int] = {}
    pending = [value]
    while pending:
        node = pending[-1]
        if not isinstance(node, (dict, list)) or id(node) in heights:
            pending.pop()
            continue
        items = node.values() if isinstance(node, dict) else node
        inner = [item for item in items if isinstance(item, (dict, list))]
        unknown = [item for item in inner if id(item) not in heights]
        if unknown:
            pending += unknown
        else:
            heights[id(node)] = 1 + max((heights[id(item)] for item in inner), default=0)
            pending.pop()
    return heights.get(id(value), 0)
