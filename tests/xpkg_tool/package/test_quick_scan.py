"""What is found out about a document that cannot be parsed."""

from __future__ import annotations

import pytest

from xpkg_tool.package.quick_scan import quick_label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("kind: Provider\nmetadata:\n  name: provider-a\nspec: [\n", "Provider provider-a"),
        ("kind: 'Provider' # a comment\nspec: [\n", "Provider"),
        ("metadata:\n  name: provider-a\nspec: [\n", ""),
        ("kind: [Provider\nmetadata:\n  name: provider-a\n", ""),
        ("kind: {{.Kind}}\nmetadata:\n  name: provider-a\n", ""),
    ],
)
def test_a_label_is_a_kind_and_a_name(text: str, label: str) -> None:
    assert quick_label(text) == label
