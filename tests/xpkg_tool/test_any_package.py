"""Packages to which something happened, in any place: there are findings or a package, and every
finding can be shown in every format. No exception, whatever the values are."""

from __future__ import annotations

import json
import random
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.cases import CASES, request
from xpkg_tool.building.build import PackageRequest, build
from xpkg_tool.diagnostics.finding import has_errors, render_all
from xpkg_tool.diagnostics.formats import FORMATS, write_findings
from xpkg_tool.documents.anchors import height
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stored import Texts
from xpkg_tool.documents.stream import split
from xpkg_tool.lint.analysis import analyse_example, analyse_source
from xpkg_tool.lint.analysis_json import to_json
from xpkg_tool.lint.selection import Selection


def _documents() -> list[tuple[str, list[Any]]]:
    """Each file of the packages that are right, as values."""
    found = []
    for case in CASES:
        for path, data in request(case).sources.items():
            try:
                values = [load(document) for document in split(path, data)[0]]
            except DocumentError:
                continue
            if any(isinstance(value, dict) for value in values) and height(values) < 50:
                found.append((path, values))
    return found


FILES = _documents()
# What stands for a value somewhere else, or is a value of its own.
VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 2**63, 1e300, "", "a", "*", "v1", "a.b/c", "{{", "\x85", "\U0001f600",
    "^(a|b", "self.a ==", "x" * 300, [], {}, [None], [[]], {"": ""}, {"a": {"a": None}}, "object",
    "array", "string", "apiextensions.k8s.io/v1", "meta.pkg.crossplane.io/v1",
    {"type": "object", "properties": {"a": {"type": "string", "default": 1}}},
    {"default": [1, "a"], "enum": [[], {}]}, ["a", "a"], [{"name": "a"}, {"name": "a"}],
]  # fmt: skip
COMMENTS = [
    "# xpkg: ignore[XP207]",
    "# xpkg: ignore-file[XP2,XP420]",
    "# xpkg: a [",
    "#xpkg:ignore",
]


def changed(documents: list[Any], random_: random.Random) -> list[Any]:
    """The documents, with some parts replaced, moved, repeated or taken away."""
    documents = json.loads(json.dumps(documents))
    places: list[tuple[Any, Any]] = []

    def visit(part: Any) -> None:
        for key in part if isinstance(part, dict) else range(len(part)):
            places.append((part, key))
            if isinstance(part[key], (dict, list)):
                visit(part[key])

    visit(documents)
    for _ in range(random_.randrange(1, 6)):
        part, key = random_.choice(places)
        way = random_.randrange(6)
        try:
            if way == 0:
                part[key] = random_.choice(VALUES)
            elif way == 1:
                del part[key]
            elif way == 2:
                other, place = random_.choice(places)
                part[key] = json.loads(json.dumps(other[place]))
            elif way == 3 and isinstance(part, list):
                part.append(part[key])
            elif way == 4 and isinstance(part, dict):
                part[str(random_.choice(VALUES))[:400]] = part[key]
            elif way == 5 and isinstance(part[key], str):
                place = random_.randrange(len(part[key]) + 1)
                part[key] = (
                    part[key][:place] + random_.choice("aA.-/ :*{[\n\u2028") + part[key][place:]
                )
        except (KeyError, IndexError):
            continue  # A part that an earlier change took away.
    return documents


def text_of(documents: list[Any], random_: random.Random) -> bytes:
    style = random_.choice([None, True, False])
    text = yaml.safe_dump_all(
        documents, default_flow_style=style, sort_keys=False, allow_unicode=True
    )
    lines = text.split("\n")
    for _ in range(random_.randrange(3)):
        lines.insert(random_.randrange(len(lines)), random_.choice(COMMENTS))
    for _ in range(random_.choice([0, 0, 0, 1, 2])):
        number = random_.randrange(len(lines))
        lines[number] += random_.choice(
            [" &a", " *a", "{{ x }}", "  ", "\t", " #", " !!str a", "]"]
        )
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**64))
def test_any_package(seed: int) -> None:
    random_ = random.Random(seed)
    files = {
        path: text_of(changed(documents, random_), random_)
        for path, documents in random_.sample(FILES, random_.randrange(1, 4))
    }
    type_ = random_.choice([None, "Provider", "Configuration"])
    selection = Selection(ignore=tuple(random_.sample(["XP2", "XP420", "X", "XP101"], 2)))
    result = build(PackageRequest("p", "", files, {}, type_, selection=selection))
    assert (result.package is None) == has_errors(result.findings), render_all(result.findings)
    for finding in result.findings:
        assert finding.code != "XP000" and finding.message and finding.remedy
    for format in FORMATS:
        write_findings(result.findings, format)
    for path, data in files.items():
        for analyse in (analyse_source, analyse_example):
            json.dumps(to_json(analyse(path, data), Texts()))
