"""How many comments that suppress findings one file may hold."""

from __future__ import annotations

import pytest

from xpkg_tool.documents import suppressions
from xpkg_tool.lint.analysis import analyse_example


def test_suppressions_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "MAX_SUPPRESSIONS", 2)
    comment = b"# xpkg: ignore[XP207]\n"
    kind = b"apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n"
    assert len(analyse_example("f.yaml", comment * 2 + kind).suppressions) == 2
    analysis = analyse_example("f.yaml", comment * 3 + kind)
    assert analysis.suppressions == ()
    assert [(f.code, f.severity) for f in analysis.findings] == [("XP007", "error")]
