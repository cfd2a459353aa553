"""How deep a document may nest."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from tests.xpkg_tool.documents.reading import document
from xpkg_tool.documents.loader import load


@pytest.mark.parametrize(
    "text",
    [
        "[" * 9_000 + "]" * 9_000,
        "a: " + "[" * 9_999 + "]" * 9_999,
        "".join(" " * i + "a:\n" for i in range(3_000)),
        "- " * 9_999 + "x",
    ],
    ids=["flow", "flow in block", "mappings", "sequences"],
)
def test_deep_nesting_is_read(text: str) -> None:
    load(document(text + "\n"))


@pytest.mark.parametrize("piece", ["{a: ", "- ", "? "])
def test_deeper_nesting_is_refused_at_once(piece: str) -> None:
    """A child process, so that a crash would be seen; a small stack, too."""
    program = (
        "import sys, resource; resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))\n"
        "from xpkg_tool.documents.stream import split\n"
        "from xpkg_tool.documents.loader import load, DocumentError\n"
        f"documents, findings = split('a', {piece!r}.encode() * 1_000_000)\n"
        "try: load(documents[0])\n"
        "except DocumentError as error: print(*{f.code for f in error.findings})"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() in ("XP007", "XP006")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 5
