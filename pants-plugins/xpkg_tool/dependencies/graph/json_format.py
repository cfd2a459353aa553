"""The graph as JSON, for programs."""

from __future__ import annotations

import json

from xpkg_tool.dependencies.graph.model import Graph


def write_json(graph: Graph) -> str:
    """`packages`, in the order of the graph: each with its `id`, `name`, `origin`, `kind`,
    `version`, `sources`, `digest`, `locks`, `state` and `dependencies`; what is not known is
    null."""
    packages = [
        {
            "id": id,
            "name": node.name,
            "origin": node.origin,
            "kind": node.kind or None,
            "version": node.version or None,
            "sources": node.sources,
            "digest": node.digest or None,
            "locks": node.locks,
            "state": node.state or None,
            "dependencies": [
                {
                    "id": link.target,
                    "name": graph.nodes[link.target].name,
                    "constraint": link.constraint or None,
                    "satisfied": link.satisfied,
                    "explicit": link.explicit,
                }
                for link in node.links
            ],
        }
        for id, node in graph.nodes.items()
    ]
    return json.dumps({"packages": packages}, indent=2) + "\n"
