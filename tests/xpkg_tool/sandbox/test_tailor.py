"""The command that looks for packages without a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.sandbox.asking import ask
from xpkg_tool.messages.tailor import TailorAnswer, TailorRequest

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: function-a}\n"


def test_the_answer_has_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p").mkdir()
    Path("p/crossplane.yaml").write_text(META)
    answer = ask(TailorRequest(("p/crossplane.yaml",), ()), TailorAnswer)
    (target,) = answer.targets
    assert answer.projects == ()
    assert (target.directory, target.files) == ("p", ("p/crossplane.yaml",))
    owned = ask(TailorRequest(("p/crossplane.yaml",), ("p/crossplane.yaml",)), TailorAnswer)
    assert owned.targets == ()
