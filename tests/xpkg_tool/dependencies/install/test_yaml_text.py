"""Any YAML reader has the same values back."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xpkg_tool.dependencies.install.yaml_text import to_yaml
from xpkg_tool.documents.loader import load
from xpkg_tool.documents.stream import Document

# Kubernetes has no lone surrogates: they are not UTF-8.
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.sampled_from(
    [
        "yes",
        "No",
        "null",
        "~",
        "0x1",
        "1e3",
        "v1.2.3",
        "a: b",
        "a:",
        "-",
        "- a",
        "#",
        "a #b",
        "=",
        "<<",
    ]
)
SCALARS = TEXTS | st.booleans() | st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(SCALARS | st.dictionaries(TEXTS, inner, max_size=3), max_size=3)
        | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), max_size=3))
def test_the_values_are_read_back(documents: list[dict[str, Any]]) -> None:
    text = to_yaml(documents)
    assert text.isascii()
    assert list(yaml.safe_load_all(text)) == documents
    # As Kubernetes reads them.
    parts = [part for part in text.split("---\n") if part] if "---" not in str(documents) else []
    assert [load(Document("m.yaml", 0, 1, 1, part)) for part in parts] in ([], documents)


def test_how_it_looks() -> None:
    document = {
        "kind": "Provider",
        "spec": {
            "package": "registry.example.org:5000/a/b@sha256:12",
            "packagePullSecrets": [{"name": "a", "more": {"b": 1}}, {"name": "yes"}],
            "commonLabels": {"on": "1", "example.org/x": ""},
            "empty": {},
            "list": ["a", {}, 2],
            "flag": True,
        },
    }
    assert to_yaml([document]) == HOW
    assert list(yaml.safe_load_all(HOW)) == [document]


HOW = """\
---
kind: Provider
spec:
  package: registry.example.org:5000/a/b@sha256:12
  packagePullSecrets:
  - name: a
    more:
      b: 1
  - name: "yes"
  commonLabels:
    "on": "1"
    example.org/x: ""
  empty: {}
  list:
  - a
  - {}
  - 2
  flag: true
"""
