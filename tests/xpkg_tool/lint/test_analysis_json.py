"""A package that is read in pieces is the package that is read at once, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable

import pytest

from tests.xpkg_tool.cases import CASES, request
from tests.xpkg_tool.small_packages import XRD, changed
from xpkg_tool.building.build import Analyses, PackageRequest, analyse, assemble, build
from xpkg_tool.documents.stored import StoredDocument, Texts
from xpkg_tool.lint.analysis_json import from_json, to_json
from xpkg_tool.messages.files import TEXTS
from xpkg_tool.package.file import FileAnalysis

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata:\n  name: provider-a\n"
THING = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
SCALED = changed(
    XRD,
    "spec.versions.0.subresources",
    {"scale": {"specReplicasPath": ".spec.a", "statusReplicasPath": ".status.a"}},
)


@pytest.fixture(autouse=True)
def _in_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def stored(asked: PackageRequest) -> Analyses:
    """What the files hold, through JSON and a file of texts; the files themselves are nowhere."""
    analyses = analyse(asked)
    texts = Texts()

    sources = tuple(to_json(analysis, texts) for analysis in analyses.sources)
    examples = tuple(to_json(analysis, texts) for analysis in analyses.examples)
    Path(TEXTS).write_bytes(bytes(texts))

    def restored(written: Iterable[Any]) -> tuple[FileAnalysis, ...]:
        return tuple(from_json(json.loads(json.dumps(file)), TEXTS) for file in written)

    return Analyses(restored(sources), restored(examples))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_findings_and_bytes_are_the_same(case: dict[str, Any]) -> None:
    asked = request(case)
    empty = asked._replace(sources={}, examples={})
    assert assemble(empty, stored(asked)) == build(asked)


def test_what_depends_on_the_release_is_settled_afterwards() -> None:
    configuration = META.replace(b"Provider", b"Configuration")
    for constraint in (b">=v2.0.0", b">=v2.3.0"):
        meta = configuration + b"spec: {crossplane: {version: '" + constraint + b"'}}\n"
        asked = PackageRequest("p", "", {"a.yaml": meta, "x.yaml": SCALED.encode()}, {})
        found = build(asked)
        assert [f.code for f in found.findings] == ["XP205"] * (constraint == b">=v2.0.0")
        empty = asked._replace(sources={}, examples={})
        assert assemble(empty, stored(asked)) == found


@pytest.mark.parametrize(
    "data",
    [
        META,
        b"---\n" + META + b"---\n" + THING,
        META.rstrip(b"\n"),
        b"\xef\xbb\xbf" + META,
        META.replace(b"\n", b"\r\n"),
        b"--- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n",
        b"--- # comment\n" + META,
        META.replace(b"provider-a", "provider-a # \u00e9".encode()),
        # The same text twice: each keeps its own line.
        THING + b"---\n" + THING,
    ],
)
def test_texts_are_packed_beside_what_was_read(data: bytes) -> None:
    asked = PackageRequest("p", "", {"p/a.yaml": data}, {})
    (plain,), (analysis,) = analyse(asked).sources, stored(asked).sources
    for one, other in zip(plain.objects, analysis.objects):
        assert isinstance(other.document, StoredDocument)
        assert other.document.text == one.document.text
        assert other.document.data == one.document.data
        assert other.document.size == one.document.size
        assert other.document.line == one.document.line
    assert analysis.findings == plain.findings
    assert analysis.metas == tuple((o, v) for o, (_, v) in zip(analysis.objects, plain.metas))


PIPELINE = "pipeline: [{step: a, functionRef: {name: f}}]"
COMPOSITION = f"""\
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {{name: a}}
spec: {{compositeTypeRef: {{apiVersion: a/v1, kind: A}}, mode: Resources, {PIPELINE}}}
"""
OPERATION = f"""\
apiVersion: ops.crossplane.io/v1alpha1
kind: CronOperation
metadata: {{name: a}}
spec: {{operationTemplate: {{spec: {{{PIPELINE}}}}}}}
"""


@pytest.mark.parametrize("text", [COMPOSITION, OPERATION])
def test_facts_stay_as_they_are(text: str) -> None:
    asked = PackageRequest("p", "", {"p/a.yaml": text.encode()}, {})
    (plain,), (analysis,) = analyse(asked).sources, stored(asked).sources
    assert plain.objects[0].facts is not None
    assert analysis.objects[0].facts == plain.objects[0].facts
