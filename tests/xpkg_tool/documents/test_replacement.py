"""Scalars are replaced where they are written, and nothing else changes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xpkg_tool.documents.loader import load
from xpkg_tool.documents.replacement import CannotReplace, replace_scalars
from xpkg_tool.documents.stream import Document

NEW = "sha256:" + "ab" * 32


def replaced(text: str, *paths: tuple[str | int, ...], new: str = NEW) -> str:
    return replace_scalars(Document("a.yaml", 0, 1, 1, text), dict.fromkeys(paths, new)).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: v1.0.0\n", "version: NEW\n"),
        ('version: ">=v1" # why\n', 'version: "NEW" # why\n'),
        ("version:   '>=v1'   \nb: 1\n", "version:   'NEW'   \nb: 1\n"),
        ('"version": ">=v1"\n', '"version": "NEW"\n'),
        ('{"a":1,"version":">=v1"}\n', '{"a":1,"version":"NEW"}\n'),
        ("{version: v1, a: 1}\n", '{version: "NEW", a: 1}\n'),
        ("? version\n: v1\n", "? version\n: NEW\n"),
        ("version:\n  # why\n  v1\n  || v2\nb: 1\n", "version:\n  # why\n  NEW\nb: 1\n"),
        ('version: ">=v1,\n  <v2"\nb: 1\n', 'version: "NEW"\nb: 1\n'),
        ("version: >- # why\n  >=v1,\n  <v2\nb: 1\n", "version: NEW # why\nb: 1\n"),
        ("version: |2\n  v1\n\n\n# note\nb: 1\n", "version: NEW\n\n\n# note\nb: 1\n"),
        ("version: |+\n  v1\n\n", "version: NEW\n\n"),
        ("version: |-\n  v1\n", "version: NEW\n"),
        ("version: !!str v1\n", "version: !!str NEW\n"),
        ("version: &v\n  # why\n  v1\nb: 1\n", "version: &v\n  # why\n  NEW\nb: 1\n"),
        ("a: &v v1\nversion: *v\n", "a: &v v1\nversion: NEW\n"),
        ("a: &v v1\nb: {version: *v }\n", 'a: &v v1\nb: {version: "NEW" }\n'),
        ("# é\u2028\nversion: v1\n", "# é\u2028\nversion: NEW\n"),
    ],
)
def test_only_the_scalar_changes(text: str, expected: str) -> None:
    path = ("b", "version") if "b: {" in text else ("version",)
    assert replaced(text, path) == expected.replace("NEW", NEW)


@pytest.mark.parametrize(
    "text",
    [
        # Another value is the same scalar.
        "a: {version: &v v1}\nb: *v\n",
        # The mapping is shared.
        "a: &a {version: v1}\nb: *a\n",
        "d: &d {version: v1}\na: {<<: *d}\n",
        # There is none.
        "a: {}\n",
        "a: {version: }\n",
        "a: v1\n",
    ],
)
def test_what_is_shared_or_missing_is_not_replaced(text: str) -> None:
    with pytest.raises(CannotReplace) as raised:
        replaced(text, ("a", "version"))
    assert raised.value.path == ("a", "version")


def test_what_is_shared_is_replaced_where_all_of_it_is() -> None:
    text = "a: &v v1\nb: *v\n"
    assert replaced(text, ("a",), ("b",)) == f"a: &v {NEW}\nb: {NEW}\n"
    shared = "a: &a {version: v1}\nb: *a\n"
    paths = (("a", "version"), ("b", "version"))
    assert replaced(shared, *paths) == f'a: &a {{version: "{NEW}"}}\nb: *a\n'


def test_what_is_shared_cannot_become_two_values() -> None:
    document = Document("a.yaml", 0, 1, 1, "a: &a {version: v1}\nb: *a\n")
    with pytest.raises(CannotReplace) as raised:
        replace_scalars(document, {("a", "version"): NEW, ("b", "version"): NEW[:-1] + "0"})
    assert raised.value.path == ("b", "version")


def test_deep_values_are_compared() -> None:
    text = f"a: {'[' * 3_000}1{']' * 3_000}\nversion: v1\n"
    assert replaced(text, ("version",)) == text.replace("v1", NEW)


# A version as it may be written, with what may stand around it. `vN` becomes an anchor of its own.
VERSIONS = st.sampled_from(
    [
        "v1.0.0",
        '">=v1.0.0, <v2.0.0"',
        "'>=v1 || 3'",
        '">=v1,\\\n            <v2"',
        "|\n        v1.0.0",
        ">-\n        >=v1,\n\n        <v2\n",
        "|+ # kept\n        v1.0.0\n\n",
        "&vN v1.0.0",
        "!!str v1.0.0",
        '&vN !!str "v1"',
        "\n        # a comment\n        v1.0.0",
    ]
)
KEYS = st.sampled_from(["version", '"version"', "'version'", "? version\n    "])
COMMENTS = st.sampled_from(["", "    # note\n", "\n", "      # note: v1.0.0\n"])
BLOCK = "  - function: registry.example.org/a\n{comment}    {key}: {version}\n    other: v1.0.0\n"
FLOW = "  - {{ a: [v1.0.0], {key}: {version}, b: 1 }} # note\n{comment}"


@st.composite
def entries(draw: Any) -> str:
    version, comment = draw(VERSIONS), draw(COMMENTS)
    if "\n" not in version and draw(st.booleans()):
        key = draw(KEYS.filter(lambda key: "?" not in key))
        return FLOW.format(key=key, version=version, comment=comment)
    text = BLOCK.format(key=draw(KEYS), version=version, comment=comment)
    return text.replace("\n\n    other", "\n    other") if "+" not in version else text


@settings(max_examples=300, deadline=None)
@given(st.lists(entries(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_versions_are_replaced_and_nothing_else(written: list[str], random: Any) -> None:
    listed = "".join(entry.replace("vN", f"v{n}") for n, entry in enumerate(written))
    text = f"# v1.0.0\nspec:\n  version: v1.0.0\n  dependsOn:\n{listed}"
    document = Document("a.yaml", 0, 1, 1, text)
    before = load(document)
    count = len(before["spec"]["dependsOn"])
    assert count == len(written)
    chosen = sorted(random.sample(range(count), random.randint(1, count)))
    digests = {n: f"sha256:{n:064x}" for n in chosen}
    paths = {("spec", "dependsOn", n, "version"): digest for n, digest in digests.items()}
    after = replace_scalars(document, paths)
    value = load(after)
    for n, entry in enumerate(value["spec"]["dependsOn"]):
        assert entry.pop("version") == digests.get(n, before["spec"]["dependsOn"][n]["version"])
        before["spec"]["dependsOn"][n].pop("version")
    assert value == before
    # What stands between the digests is the author's, in its order.
    rest, position = re.split(r"sha256:[0-9a-f]{64}", after.text), 0
    assert len(rest) == len(chosen) + 1
    for part in rest:
        for line in filter(None, (line.strip("\"' \n") for line in part.split("\n"))):
            position = text.index(line, position) + len(line)
