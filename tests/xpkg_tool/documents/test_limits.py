"""What one document may hold: decided by its text alone, whichever of the parsers reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xpkg_tool.diagnostics.finding import Finding, Position
from xpkg_tool.documents import block_style, exact, limits, quick, stream
from xpkg_tool.documents.events import MAX_DEPTH
from xpkg_tool.documents.limits import MAX_NODES, MAX_SIZE
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stream import Document, split


def document(text: str) -> Document:
    return Document("f.yaml", 0, 3, 1, text)


def findings(text: str) -> list[Finding]:
    try:
        load(document(text))
    except DocumentError as error:
        return list(error.findings)
    return []


def test_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SIZE", 40)
    for text in ("a: " + "b" * 36 + "\n", "a: 'ä" + "b" * 32 + "'\n"):
        assert findings(text) == []
        (found,) = findings(text.replace("b", "bb", 1))
        assert (found.code, found.position) == ("XP007", Position(3, 1))
        assert "41 bytes; the limit is 40" in found.message


@pytest.mark.parametrize("exactly", [False, True])
@pytest.mark.parametrize("kind", ["list", "mapping", "nested", "flow"])
def test_nodes(kind: str, exactly: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast readers and the exact one refuse the same."""
    for module in (block_style, exact, quick):
        monkeypatch.setattr(module, "MAX_NODES", 101)

    def text(count: int) -> str:
        made = {
            "list": "- a\n" * count,
            "mapping": "".join(f"k{n}: v\n" for n in range(count // 2)),
            "nested": "- - a\n" * (count // 2),
            "flow": "[" + "a, " * count + "]\n",
        }[kind]
        return made + ("# &a\n" if exactly else "")

    assert findings(text(100)) == []
    (found,) = findings(text(102))
    assert (found.code, found.position) == ("XP007", Position(3, 1))


@pytest.mark.parametrize("value", ["{<<: *a}", "{<<: [*a, *a]}"])
def test_what_is_merged_counts_each_time(value: str) -> None:
    """In bytes it is little, in memory it is not: a chain of mappings, each with all before it."""
    chain = "".join(f"a{n + 1}: &a{n + 1} {{<<: *a{n}, k{n}: v}}\n" for n in range(3_000))
    (found,) = findings("a0: &a0 {k: v}\n" + chain)
    assert found.code == "XP007"
    keys = ", ".join(f"k{n}: 1" for n in range(1_000))
    (found,) = findings(f"a: &a {{{keys}}}\nb:\n" + f"  - {value}\n" * 2_000)
    assert found.code == "XP007"


def test_keys_of_what_is_too_large_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take as long as its bytes want."""
    for module in (block_style, exact, quick):
        monkeypatch.setattr(module, "MAX_NODES", 20)
    assert [f.code for f in findings("a: b\n" * 5)] == ["XP005"] * 4
    assert [f.code for f in findings("a: b\n" * 20)] == ["XP007"]


def test_brackets_that_nest_deep_again_and_again() -> None:
    """As deep as Kubernetes takes them, once: that is slow. A hundred times it would be minutes."""
    once = "[" * (MAX_DEPTH - 10) + "]" * (MAX_DEPTH - 10)
    assert findings(f"a: {once}\n") == []
    (found,) = findings("".join(f"a{n}: {once}\n" for n in range(100)))
    assert found.code == "XP007" and "too many values" in found.message


def test_real_limits_are_far_above_what_a_cluster_takes() -> None:
    body = 3 * 1024 * 1024  # Of a request to the API server, in bytes of JSON.
    assert 10 * body <= MAX_SIZE
    assert body / 2 <= MAX_NODES


_MEMORY = """
import resource, sys
sys.path[:0] = sys.argv[1].split(":")
from xpkg_tool.building.build import PackageRequest, read
meta = b"apiVersion: meta.pkg.crossplane.io/v1\\nkind: Provider\\nmetadata:\\n  name: provider-a\\n"
comments = b"# a comment\\n" * 800_000
read(PackageRequest("p", "", {"m.yaml": meta}, {}))
data = {"before": comments + meta, "behind": meta + comments, "alone": comments}[sys.argv[2]]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read(PackageRequest("p", "", {"m.yaml": data}, {}))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(data))
"""


@pytest.mark.parametrize("place", ["before", "behind", "alone"])
def test_comments_take_little_more_memory_than_their_bytes(place: str) -> None:
    """Of bytes at the peak, for each byte of the file; it was 115."""
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, ":".join(sys.path), place],
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(done.stdout) < 12


def test_documents_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_DOCUMENTS", 3)
    text = b"a: 1\n" + b"---\n---x\n" + b"---\nb: 1\n"
    documents, found = split("f.yaml", text)
    assert [d.text for d in documents] == ["a: 1\n", "---x\n", "b: 1\n"]
    assert [f.code for f in found] == ["XP004"]
    # Each marker takes memory, also one that separates nothing.
    documents, found = split("f.yaml", text + b"---\nc: 1\n")
    assert [d.text for d in documents] == ["a: 1\n", "---x\n"]
    assert [(f.code, f.severity) for f in found] == [("XP004", "error"), ("XP007", "error")]
    assert found[-1].position == Position(6, 1)


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("---", 16_000_000),
        ("---x", 16_000_000),
        # Of directives more are taken before there are too many.
        ("%A b", 40_000_000),
        ("# xpkg: ignore[XP207]", 16_000_000),
    ],
)
def test_many_short_lines_take_little_more_memory_than_their_bytes(line: str, size: int) -> None:
    """A package of some hundred kilobytes may hold 200 MB of them."""
    code = (
        "import resource, sys\n"
        "from xpkg_tool.lint.analysis import analyse_source\n"
        f"data = b'a: b\\n' + {line.encode()!r}.join([b'\\n'] * ({size} // {len(line) + 1}))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "findings = analyse_source('f.yaml', data).findings\n"
        "assert any(f.code == 'XP007' for f in findings)\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print((after - before) * (1 if sys.platform == 'darwin' else 1024))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 6 * size
