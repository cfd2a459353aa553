"""The formats of a graph."""

from __future__ import annotations

from typing import Callable

from xpkg_tool.dependencies.graph.dot import write_dot
from xpkg_tool.dependencies.graph.json_format import write_json
from xpkg_tool.dependencies.graph.mermaid import write_mermaid
from xpkg_tool.dependencies.graph.model import Graph
from xpkg_tool.dependencies.graph.tree import write_tree

FORMATS: dict[str, Callable[[Graph], str]] = {
    "tree": write_tree,
    "json": write_json,
    "dot": write_dot,
    "mermaid": write_mermaid,
}
