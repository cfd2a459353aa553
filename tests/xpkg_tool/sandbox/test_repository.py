"""The command that looks at the packages of a repository together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.report import FailOn, RuleSelection
from xpkg_tool.messages.repository import MeantPackages, RepositoryMember, RepositoryRequest
from xpkg_tool.sandbox.repository import look_at_repository

EVERYTHING = RuleSelection()
META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Function
metadata:
  name: a
spec:
  dependsOn:
  - function: example.org/b
    version: ^v1{comment}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def looked_at(
    comment: str = "", selection: RuleSelection = EVERYTHING, fail_on: FailOn = FailOn.ERROR
) -> tuple[str, bool, list[str]]:
    """What is said of a package that depends on the version 2.0.0 of another one: the text, whether
    it fails, and the codes in FINDINGS."""
    Path("a.yaml").write_text(META.format(comment=comment))
    Path("b.yaml").write_text("apiVersion: [")
    members = (
        RepositoryMember("a", "a/BUILD:1", "a.yaml", ("example.org/a",), None),
        RepositoryMember("b", "b/BUILD:1", "b.yaml", ("example.org/b",), "v2.0.0"),
        RepositoryMember("c", "c/BUILD:1", "", (), None),
    )
    output = Path("output") / str(len(list(Path().iterdir())))
    answer = look_at_repository(RepositoryRequest(members, (), selection, fail_on), output)
    a, *others = answer.packages
    assert a.entries == (MeantPackages(0, ("b",)),)
    assert [(other.text, other.failed) for other in others] == [("", False)] * 2
    assert json.loads((output / "2" / FINDINGS).read_text()) == []
    findings = json.loads((output / "0" / FINDINGS).read_text())
    return a.text, a.failed, [finding["code"] for finding in findings]


def test_findings_are_rendered_and_kept() -> None:
    text, failed, codes = looked_at()
    assert text.startswith(
        "a.yaml:8:14: warning XP145: The constraint `^v1` does not admit b v2.0.0"
    )
    assert (failed, codes) == (False, ["XP145"])


def test_warnings_may_fail() -> None:
    text, failed, _ = looked_at(fail_on=FailOn.WARNING)
    assert failed and "A warning fails here" in text


def test_findings_are_ignored_and_suppressed() -> None:
    assert looked_at(selection=RuleSelection(ignore=("XP145",))) == ("", False, [])
    assert looked_at("  # xpkg: ignore[XP145] on purpose") == ("", False, [])


def test_a_comment_that_suppresses_nothing_is_said_where_its_rule_is_checked() -> None:
    """The package alone is not the place to say that a comment about several is not used."""
    text, _, codes = looked_at("  # xpkg: ignore[XP145,XP142,XP123]")
    assert codes == ["XP009"] and "there is no finding XP142 here" in text


def test_what_is_locked_is_no_misspelling() -> None:
    Path("a.yaml").write_text(
        META.format(comment="").replace("example.org/b", "example.org/networks")
    )
    members = (
        RepositoryMember("a", "a/BUILD:1", "a.yaml", ("example.org/a",), None),
        RepositoryMember("b", "b/BUILD:1", "", ("example.org/network",), None),
    )
    digest = f"sha256:{'0' * 64}"
    locked = LockedPackage("example.org/networks", "v1.0.0", digest, "Function", "networks")
    Path("good.lock").write_bytes(write_lock(Lock((locked,))))
    Path("bad.lock").write_text("{")
    texts = [
        look_at_repository(RepositoryRequest(members, locks), Path(name)).packages[0].text
        for name, locks in (("1", ()), ("2", ("bad.lock",)), ("3", ("bad.lock", "good.lock")))
    ]
    assert ["XP144" in text for text in texts] == [True, True, False]
