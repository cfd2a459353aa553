"""The graph in the language of Graphviz: `dot -Tsvg`."""

from __future__ import annotations

from xpkg_tool.dependencies.graph.model import LOCKED, REPOSITORY, Graph, Link, Node

_STYLES = {REPOSITORY: "solid", LOCKED: "dashed"}


def write_dot(graph: Graph) -> str:
    """A directed graph. Packages of others are dashed where the lock has them, else dotted. A
    constraint that is not satisfied is red."""
    lines = ["digraph packages {", "  node [shape=box];"]
    for id, node in graph.nodes.items():
        style = _STYLES.get(node.origin, "dotted")
        lines.append(f"  {_quoted(id)} [label={_label(node)}, style={style}];")
    for id, node in graph.nodes.items():
        lines += [
            f"  {_quoted(id)} -> {_quoted(link.target)}{_attributes(link)};" for link in node.links
        ]
    return "\n".join((*lines, "}", ""))


def _label(node: Node) -> str:
    details = " ".join(filter(None, (node.kind, node.version, node.state)))
    # In a label, `\n` is the end of a line; what a name has of backslashes is doubled.
    return '"' + "\\n".join(_escaped(part) for part in (node.name, details) if part) + '"'


def _attributes(link: Link) -> str:
    if link.explicit:
        return " [style=dashed]"
    color = ", color=red" if link.satisfied is False else ""
    return f" [label={_quoted(link.label)}{color}]" if link.label else ""


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """The text inside of a quoted string: neither ends it nor begins an escape."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
