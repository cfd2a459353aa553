"""What a file holds, and how severe what is wrong with it is in sources and in examples."""

from __future__ import annotations

import pytest

from xpkg_tool.building.build import PackageRequest, build
from xpkg_tool.documents.stored import StoredDocument, Texts
from xpkg_tool.lint.analysis import analyse_example, analyse_source
from xpkg_tool.lint.analysis_json import from_json, to_json
from xpkg_tool.package.file import FileAnalysis

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: provider-a}\n"
THING = "apiVersion: example.org/v1\nkind: Thing\nspec:\n  a: 1\n"
JSON = b'{"apiVersion": "v1", "kind": "Secret"}'


def brief(analysis: FileAnalysis) -> list[str]:
    return [f"{finding.severity} {finding.code}" for finding in analysis.findings]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (THING + "  a: 2\n", "XP005"),
        (THING + "kind: Thing\n", "XP005"),
        (THING + "... The end\n", "XP004"),
        # For YAML a second document begins behind U+2028.
        (THING + "# x\u2028---\nb: 1\n", "XP004"),
    ],
)
def test_what_kubernetes_reads_all_the_same_stops_no_example(text: str, code: str) -> None:
    """Nobody installs it, and Crossplane's own build takes it."""
    data = text.encode()
    assert brief(analyse_source("a.yaml", data)) == [f"error {code}"]
    example = analyse_example("a.yaml", data)
    assert brief(example) == [f"warning {code}"]
    assert example.whole and [o.kind.kind for o in example.objects] == ["Thing"]
    result = build(PackageRequest("p", "", {"m.yaml": META}, {"examples/a.yaml": data}))
    assert result.package is not None


def test_an_example_is_kept_as_it_was_written() -> None:
    text = THING + "  a: 2\n"
    (object,) = analyse_example("a.yaml", text.encode()).objects
    assert object.document.text == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (THING + "  a: 2\n  b: .inf\n", "XP006"),
        (THING + "b: [\n", "XP002"),
        ("---x\n" + THING, "XP004"),
        ("%YAML 1.1\n---\n" + THING, "XP003"),
        ("apiVersion: v1\n", "XP301"),
        ("- a\n", "XP301"),
    ],
)
def test_what_cannot_be_read_stops_an_example(text: str, code: str) -> None:
    assert f"error {code}" in brief(analyse_example("a.yaml", text.encode()))


@pytest.mark.parametrize(
    "text",
    ["kind: Thing\n", "apiVersion: 1\nkind: Thing\n", "apiVersion:\nkind: Thing\n", "null\n"],
)
def test_an_example_needs_a_kind_to_be_built(text: str) -> None:
    """As Crossplane's own build has it: the kind is all that it looks for."""
    (found,) = analyse_example("a.yaml", text.encode()).findings
    assert (found.code, found.severity) == ("XP301", "warning")
    (found,) = analyse_source("a.yaml", text.encode()).findings
    assert (found.code, found.severity) == ("XP201", "error")


@pytest.mark.parametrize(
    ("path", "data", "severity"),
    [
        ("README.md", b"# A title\n\napiVersion: v1\nkind: Secret\n", "warning"),
        ("NOTES.txt", JSON, "warning"),
        ("values.json", b"{}", "warning"),
        ("a.json", JSON, "error"),
        ("a.YAML", THING.encode(), "error"),
        ("a.YAML", b"a: [", "warning"),
        ("a.Yml", b"\xff", "warning"),
    ],
)
def test_a_file_that_is_left_out_matters_where_an_object_is_lost(
    path: str, data: bytes, severity: str
) -> None:
    assert brief(analyse_source(path, data)) == [f"{severity} XP010"]
    assert brief(analyse_example(path, data)) == ["warning XP010"]


def test_a_stored_example_whose_meta_object_has_a_key_twice(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values of meta objects are read anew, those of examples among them."""
    folder = tmp_path_factory.mktemp("sandbox")
    monkeypatch.chdir(folder)
    data = META + b"kind: Provider\n"
    texts = Texts()
    stored = to_json(analyse_example("a.yaml", data), texts)
    (folder / "texts").write_bytes(bytes(texts))
    restored = from_json(stored, "texts")
    assert isinstance(restored.objects[0].document, StoredDocument)
    assert restored.metas[0][1]["kind"] == "Provider"
