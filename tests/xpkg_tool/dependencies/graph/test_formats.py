"""How a graph is written."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from xpkg_tool.dependencies.graph.formats import FORMATS
from xpkg_tool.dependencies.graph.model import EXTERNAL, LOCKED, REPOSITORY, Graph, Link, Node


def graph(**links: tuple[str, ...]) -> Graph:
    """Packages of the repository, each with the names of those that it depends on."""
    return Graph(
        {
            name: Node(name, REPOSITORY, links=tuple(map(Link, targets)))
            for name, targets in links.items()
        }
    )


EXAMPLE = Graph(
    {
        "p/a:a": Node(
            "p/a:a",
            REPOSITORY,
            "Configuration",
            "v1.0.0",
            ("example.org/a",),
            state="published",
            links=(
                Link("p/b:b", ">=v1"),
                Link("example.org/c:v2.3.0", "^v2", satisfied=True),
                Link("example.org/d", "*"),
            ),
        ),
        "p/b:b": Node("p/b:b", REPOSITORY, "Function", links=(Link("p/e:e", explicit=True),)),
        "p/e:e": Node("p/e:e", REPOSITORY, "Provider"),
        "example.org/c:v2.3.0": Node(
            "example.org/c",
            LOCKED,
            "Provider",
            "v2.3.0",
            ("example.org/c",),
            "sha256:1",
            locks=("xpkg.lock",),
        ),
        "example.org/d": Node("example.org/d", EXTERNAL, "Provider", "", ("example.org/d",)),
    }
)


def test_the_tree() -> None:
    assert FORMATS["tree"](EXAMPLE) == (
        "p/a:a Configuration v1.0.0 published\n"
        "├── p/b:b Function [>=v1]\n"
        "│   └── p/e:e Provider [explicit]\n"
        "├── example.org/c Provider v2.3.0 locked [^v2]\n"
        "└── example.org/d Provider external [*]\n"
    )


def test_a_diamond_is_shown_once() -> None:
    tree = FORMATS["tree"](graph(a=("b", "c"), b=("d",), c=("d",), d=("e",), e=()))
    assert tree == (
        "a\n├── b\n│   └── d\n│       └── e\n└── c\n    └── d (*)\n\n"
        "(*) what it depends on is shown above\n"
    )


def test_a_cycle_ends() -> None:
    tree = FORMATS["tree"](graph(a=("b",), b=("a",), c=("c", "b")))
    assert tree == (
        "c\n├── c (cycle)\n└── b\n    └── a\n        └── b (cycle)\n\n"
        "(cycle) it depends on itself, by way of the packages above\n"
    )
    assert FORMATS["tree"](graph(a=("b",), b=("a",))).startswith("a\n└── b\n    └── a (cycle)\n")


def test_a_long_chain_needs_no_recursion() -> None:
    size = 3_000
    chain = {f"p{n:04}": (f"p{n + 1:04}",) for n in range(size)}
    tree = FORMATS["tree"](graph(**chain, **{f"p{size:04}": ()}))
    assert tree.count("\n") == size + 1


def test_nothing_at_all() -> None:
    assert FORMATS["tree"](Graph({})) == ""


def test_the_json() -> None:
    found = json.loads(FORMATS["json"](EXAMPLE))["packages"]
    assert [package["id"] for package in found] == list(EXAMPLE.nodes)
    assert [p["name"] for p in found if p["locks"]] == ["example.org/c"]
    assert found[0]["dependencies"][1] == {
        "id": "example.org/c:v2.3.0",
        "name": "example.org/c",
        "constraint": "^v2",
        "satisfied": True,
        "explicit": False,
    }
    assert found[1] == {
        "id": "p/b:b",
        "name": "p/b:b",
        "origin": "repository",
        "kind": "Function",
        "version": None,
        "sources": [],
        "digest": None,
        "locks": [],
        "state": None,
        "dependencies": [
            {
                "id": "p/e:e",
                "name": "p/e:e",
                "constraint": None,
                "satisfied": None,
                "explicit": True,
            }
        ],
    }


def test_the_dot() -> None:
    dot = FORMATS["dot"](EXAMPLE)
    assert '  "p/a:a" [label="p/a:a\\nConfiguration v1.0.0 published", style=solid];\n' in dot
    assert '  "p/a:a" -> "p/b:b" [label=">=v1"];\n' in dot
    assert '  "p/b:b" -> "p/e:e" [style=dashed];\n' in dot
    assert "style=dotted" in dot and "style=dashed];" in dot


def test_the_mermaid() -> None:
    mermaid = FORMATS["mermaid"](EXAMPLE)
    assert mermaid.startswith("flowchart LR\n")
    nodes = dict(re.findall(r'^  (p[0-9a-f]{12})[\[(](".*")[\])]$', mermaid, re.MULTILINE))
    a, b, e, c, _ = nodes
    assert nodes[a] == '"p/a:a<br>Configuration v1.0.0 published"'
    assert nodes[c] == '"example.org/c<br>Provider v2.3.0"'
    assert f'  {a} -->|"#62;=v1"| {b}\n' in mermaid
    assert f"  {b} -.-> {e}\n" in mermaid
    # Another package changes the lines of no other one.
    more = Graph({"p/0:0": Node("p/0:0", REPOSITORY), **EXAMPLE.nodes})
    assert set(mermaid.split("\n")) < set(FORMATS["mermaid"](more).split("\n"))


UNSATISFIED = Graph(
    {
        "a": Node("a", REPOSITORY, links=(Link("b", "^v2", satisfied=False),)),
        "b": Node("b", REPOSITORY, version="v1.0.0", links=(Link("c"),)),
        "c": Node("c", REPOSITORY, links=(Link("a", "^v3", satisfied=False),)),
    }
)


def test_a_constraint_that_is_not_satisfied() -> None:
    assert FORMATS["tree"](UNSATISFIED) == (
        "a\n└── b v1.0.0 [^v2] (not satisfied)\n    └── c\n"
        "        └── a [^v3] (not satisfied) (cycle)\n\n"
        "(not satisfied) the version of the package does not satisfy the constraint\n"
        "(cycle) it depends on itself, by way of the packages above\n"
    )
    assert '"a" -> "b" [label="^v2 (not satisfied)", color=red];' in FORMATS["dot"](UNSATISFIED)
    assert '-->|"^v2 (not satisfied)"|' in FORMATS["mermaid"](UNSATISFIED)
    packages = json.loads(FORMATS["json"](UNSATISFIED))["packages"]
    assert packages[0]["dependencies"][0]["satisfied"] is False


def test_one_source_at_two_versions() -> None:
    nodes = {
        f"x:{version}": Node("x", LOCKED, version=version, links=(Link("y"),))
        for version in ("v1.0.0", "v2.0.0")
    }
    tree = FORMATS["tree"](Graph({**nodes, "y": Node("y", EXTERNAL, links=(Link("y"),))}))
    assert tree.startswith(
        "x v1.0.0 locked\n└── y external\n    └── y external (cycle)\n"
        "x v2.0.0 locked\n└── y external (*)\n"
    )


NAMES = st.text(min_size=1, max_size=12)


@settings(deadline=None)
@given(NAMES, NAMES)
def test_no_name_leaves_its_place(name: str, constraint: str) -> None:
    nodes = Graph({name: Node(name, EXTERNAL, constraint, links=(Link(name, constraint),))})
    dot, mermaid, tree = (FORMATS[f](nodes) for f in ("dot", "mermaid", "tree"))
    string = r'"(?:[^"\\\n]|\\.)*"'
    assert re.fullmatch(
        rf"digraph packages \{{\n  node \[shape=box\];\n  {string} \[label={string}, "
        rf"style=dotted\];\n  {string} -> {string} \[label={string}\];\n\}}\n",
        dot,
    )
    word = "p[0-9a-f]{12}"
    assert re.fullmatch(
        rf'flowchart LR\n  {word}\("[^"\n]*"\)\n  {word} -->\|"[^"\n]*"\| {word}\n', mermaid
    )
    assert tree.count("\n") == 4
