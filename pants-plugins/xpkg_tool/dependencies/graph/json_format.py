"""The graph as JSON, for programs."""

from __future__ import annotations

import json

from xpkg_tool.dependencies.graph.model import Graph


def write_json(graph: Graph) -> str:
    """`packages`, in the order of the graph: each with its `name`, `origin`, `kind`, `version`,
    `sources`, `digest`, `state` and `dependencies`; what is not known is null."""
    packages = [
        {
            "name": node.name,
            "origin": node.origin,
            "kind": node.kind or None,
            "version": node.version or None,
            "sources": node.sources,
            "digest": node.digest or None,
            "state": node.state or None,
            "dependencies": [
                {
                    "name": link.target,
                    "constraint": link.constraint or None,
                    "byHand": link.by_hand,
                }
                for link in node.links
            ],
        }
        for node in graph.nodes.values()
    ]
    return json.dumps({"packages": packages}, indent=2) + "\n"
