"""Publishing 100 packages to a registry on this machine, and again when nothing has changed."""

from __future__ import annotations

from pathlib import Path

from benchmarks.local_registry import PROGRAM, lacking, registry
from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

_LIST = "publish: list"
_FIRST = "publish: first"
_SAME = "publish: unchanged"
_PLAN = "publish: plan"
_EDIT = "publish: one changed"


def measure(round: Round) -> None:
    with (
        registry(round.folder / "publish-registry") as address,
        round.repository("publish") as ours,
    ):
        folders = ours.add(round.inputs.few)
        entry = f"{{'address': '{address}', 'default': True, 'mutable_tags': ['*']}}"
        option = f"--xpkg-registries={{'measured': {entry}}}"
        ours.pants(option, "package", "::")
        round.note(_FIRST, ours.pants(option, "publish", "::"))
        for _ in round.repeats:
            round.note(_LIST, ours.pants(option, "list", "::"))
            round.note(_SAME, ours.pants(option, "publish", "::"))
            round.note(_PLAN, ours.pants(option, "publish", "--xpkg-publish-plan", "::"))
        for number in round.repeats:
            ours.edit(_meta(folders[number]))
            round.note(_EDIT, ours.pants(option, "publish", "::"))


def _meta(package: Path) -> Path:
    return package / "crossplane.yaml"


CASE = Case(
    "publish",
    (
        Section(
            "Publishing 100 packages of 5 files, built before, to a registry on loopback",
            (
                Row(_LIST, "list ::"),
                Row(_FIRST, "publish, for the first time", "", _LIST, "beyond list ::"),
                Row(_SAME, "publish, nothing changed", "", _LIST, "beyond list ::", at_most=2.0),
                Row(_PLAN, "publish --xpkg-publish-plan", "", _LIST, "beyond list ::"),
                Row(_EDIT, "publish, one package changed", "", _LIST, "beyond list ::"),
            ),
        ),
    ),
    measure,
    lambda inputs: lacking(PROGRAM),
)
