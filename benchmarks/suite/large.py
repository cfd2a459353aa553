"""lint and package of one large package, compared with the cost of Pants itself for its files."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pants_runs import Repository
from benchmarks.rounds import Case, Round, no_large
from benchmarks.suite import yardsticks
from benchmarks.table import Row, Section

_NO_OP = "large: no-op"
_TRIVIAL_COLD = "large: floor, cold"
_COLD = "large: cold"
_SAME = "large: nothing changed"
_EDIT = "large: one file"
_GOALS = ("lint", "package", "::")


def measure(round: Round) -> None:
    packages = round.inputs.upjet
    assert packages is not None
    round.yardstick(yardsticks.UPJET, packages)
    with (
        round.trivial_repository("large-trivial") as trivial,
        round.repository("large") as ours,
    ):
        _interleaved(round, packages, trivial, ours)


def _interleaved(round: Round, packages: Path, trivial: Repository, ours: Repository) -> None:
    trivial.add(packages)
    (package,) = ours.add(packages)
    round.note(_TRIVIAL_COLD, trivial.pants("package", "::"))
    round.note(_COLD, ours.pants(*_GOALS))
    definitions = sorted((package / "crds").rglob("*.yaml"))
    middle = len(definitions) // 2
    for number in round.repeats:
        round.note(_NO_OP, trivial.pants("package", "::"))
        round.note(_SAME, ours.pants(*_GOALS))
        ours.edit(definitions[middle + number])
        round.note(_EDIT, ours.pants(*_GOALS))


_BEYOND = "the yardstick, beyond the no-op"

CASE = Case(
    "large",
    (
        Section(
            "provider-upjet-aws: lint and package in one run",
            (
                Row(_NO_OP, "Pants' floor: `true`, nothing changed (the no-op)"),
                Row(_TRIVIAL_COLD, "Pants' floor: `true`, cold"),
                Row(
                    _COLD,
                    "cold",
                    yardsticks.UPJET,
                    _NO_OP,
                    _BEYOND,
                    at_most=0.4,
                    memory=250 * 2**20,
                ),
                Row(_COLD, "the same", yardsticks.UPJET, _TRIVIAL_COLD, "…, beyond `true`, cold"),
                Row(_EDIT, "one definition changed", "", _NO_OP, "beyond the no-op", at_most=1.2),
                Row(_SAME, "nothing changed", _NO_OP, "", "the no-op", processes=0),
            ),
        ),
    ),
    measure,
    no_large,
)
