"""The graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

import hashlib

from xpkg_tool.dependencies.graph.model import REPOSITORY, Graph, Link, Node

# Mermaid has entities as HTML does, with `#` instead of `&`. Each of these could end a text, or
# begin an entity or an element; backticks begin Markdown.
_ENTITIES = {ord(c): f"#{ord(c)};" for c in '#"&<>`'}


def write_mermaid(graph: Graph) -> str:
    """A flowchart. Packages of others have round corners."""
    lines = ["flowchart LR"]
    for id, node in graph.nodes.items():
        opening, closing = ("[", "]") if node.origin == REPOSITORY else ("(", ")")
        lines.append(f"  {_short(id)}{opening}{_label(node)}{closing}")
    for id, node in graph.nodes.items():
        lines += [f"  {_short(id)} {_arrow(link)} {_short(link.target)}" for link in node.links]
    return "\n".join((*lines, ""))


def _short(id: str) -> str:
    """What Mermaid takes for a word, whatever the id has in it. It does not depend on the other
    packages, so that a file with the graph changes where the graph does."""
    return f"p{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _label(node: Node) -> str:
    details = " ".join(filter(None, (node.kind, node.version, node.state)))
    return '"' + "<br>".join(_text(part) for part in (node.name, details) if part) + '"'


def _arrow(link: Link) -> str:
    if link.explicit:
        return "-.->"
    return f'-->|"{_text(link.label)}"|' if link.label else "-->"


def _text(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).translate(_ENTITIES)
