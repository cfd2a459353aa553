"""The goals on many small packages, compared with the cost of Pants itself for as many targets."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pants_runs import Repository
from benchmarks.rounds import Case, Round
from benchmarks.suite import yardsticks
from benchmarks.table import Row, Section

_LIST = "floor: list"
_TRIVIAL_COLD = "floor: cold"
_NO_OP = "floor: nothing changed"
_TRIVIAL_EDIT = "floor: one file"
_LIST_NO_DAEMON = "floor: list without a daemon"
_TRIVIAL_NO_DAEMON = "floor: without a daemon"
_COLD = "goals: cold"
_SAME = "goals: nothing changed"
_EDIT = "goals: one file"
_LINT = "goals: lint after package"
_ONE = "goals: one package"
_ONE_SAME = "goals: one package, built"
_NO_DAEMON = "goals: without a daemon"


def measure(round: Round) -> None:
    round.yardstick(yardsticks.PACKAGES, round.inputs.packages)
    with (
        round.trivial_repository("trivial") as trivial,
        round.repository("goals") as ours,
    ):
        _interleaved(round, trivial, ours)
        _edited(round, trivial, ours)
    with round.repository("one") as ours:
        ours.add(round.inputs.packages)
        round.note(_ONE, ours.pants("package", "packages/p000"))


def _interleaved(round: Round, trivial: Repository, ours: Repository) -> None:
    trivial.add(round.inputs.packages)
    ours.add(round.inputs.packages)
    round.note(_TRIVIAL_COLD, trivial.pants("package", "::"))
    round.note(_COLD, ours.pants("package", "::"))
    round.note(_LINT, ours.pants("lint", "::"))
    for _ in round.repeats:
        round.note(_LIST, ours.pants("list", "::"))
        round.note(_NO_OP, trivial.pants("package", "::"))
        round.note(_SAME, ours.pants("package", "::"))
        round.note(_ONE_SAME, ours.pants("package", "packages/p000"))
    # Before anything is edited: what a daemon has built since then, one without its memory builds
    # once more, together with its bucket.
    round.note(_LIST_NO_DAEMON, ours.pants("--no-pantsd", "list", "::"))
    round.note(_TRIVIAL_NO_DAEMON, trivial.pants("--no-pantsd", "package", "::"))
    round.note(_NO_DAEMON, ours.pants("--no-pantsd", "package", "::"))


def _edited(round: Round, trivial: Repository, ours: Repository) -> None:
    # A file of another package each time.
    for number in round.repeats:
        trivial.edit(_definition(trivial, number))
        round.note(_TRIVIAL_EDIT, trivial.pants("package", "::"))
        ours.edit(_definition(ours, number))
        round.note(_EDIT, ours.pants("package", "::"))


def _definition(repository: Repository, number: int) -> Path:
    return min((repository.root / f"packages/p{number:03}/crds").iterdir())


_FLOOR = Section(
    "Pants' own floor: 200 targets of the same files, built by `true`",
    (
        Row(_LIST, "list ::"),
        Row(_NO_OP, "package, nothing changed (the no-op)", _LIST, "", "list ::"),
        Row(_TRIVIAL_EDIT, "package, one file of 4,000 changed", _NO_OP, "", "the no-op"),
        Row(_TRIVIAL_COLD, "package, cold", yardsticks.PACKAGES, "", "the yardstick"),
        Row(_LIST_NO_DAEMON, "--no-pantsd list ::"),
        Row(
            _TRIVIAL_NO_DAEMON,
            "--no-pantsd package, all in the local store",
            _LIST_NO_DAEMON,
            "",
            "--no-pantsd list ::",
        ),
    ),
)
_OURS = Section(
    "The goals on 200 packages",
    (
        Row(_COLD, "package, cold", yardsticks.PACKAGES, "", "the yardstick", at_most=1.35),
        Row(_SAME, "nothing changed", _NO_OP, "", "the no-op", at_most=1.12, processes=0),
        Row(_EDIT, "one file of 4,000 changed", _NO_OP, "", "the no-op", processes=1),
        Row(_EDIT, "the same", _TRIVIAL_EDIT, "", "`true`, one file changed", at_most=1.15),
        Row(_LINT, "lint, after package", _LIST, "", "list ::"),
        Row(_ONE, "one package requested, cold", _LIST, "", "list ::", at_most=1.4, processes=1),
        Row(_ONE_SAME, "one package requested, built before", _LIST, "", "list ::"),
        Row(
            _NO_DAEMON,
            "--no-pantsd, all in the local store",
            _LIST_NO_DAEMON,
            "",
            "--no-pantsd list ::",
            at_most=1.15,
            processes=0,
        ),
    ),
)

CASE = Case("goals", (_FLOOR, _OURS), measure)
