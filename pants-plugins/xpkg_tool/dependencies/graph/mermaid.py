"""The graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

from xpkg_tool.dependencies.graph.model import REPOSITORY, Graph, Link, Node

# Mermaid has entities as HTML does, with `#` instead of `&`. Each of these could end a text, or
# begin an entity or an element; backticks begin Markdown.
_ENTITIES = {ord(c): f"#{ord(c)};" for c in '#"&<>`'}


def write_mermaid(graph: Graph) -> str:
    """A flowchart. Packages of others have round corners."""
    numbers = {name: f"p{number}" for number, name in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for name, node in graph.nodes.items():
        opening, closing = ("[", "]") if node.origin == REPOSITORY else ("(", ")")
        lines.append(f"  {numbers[name]}{opening}{_label(node)}{closing}")
    for name, node in graph.nodes.items():
        lines += [f"  {numbers[name]} {_arrow(link)} {numbers[link.target]}" for link in node.links]
    return "\n".join((*lines, ""))


def _label(node: Node) -> str:
    details = " ".join(filter(None, (node.kind, node.version, node.state)))
    return '"' + "<br>".join(_text(part) for part in (node.name, details) if part) + '"'


def _arrow(link: Link) -> str:
    if link.by_hand:
        return "-.->"
    return f'-->|"{_text(link.constraint)}"|' if link.constraint else "-->"


def _text(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).translate(_ENTITIES)
