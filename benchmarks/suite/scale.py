"""How the time grows with the number of packages, all of them cold."""

from __future__ import annotations

from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

_FEW = "scale: 100"
_MANY = "scale: 1,000"


def measure(round: Round) -> None:
    for figure, packages in ((_FEW, round.inputs.few), (_MANY, round.inputs.many)):
        with round.repository(figure.replace(": ", "-").replace(",", "")) as ours:
            ours.add(packages)
            round.note(figure, ours.pants("package", "::"))


CASE = Case(
    "scale",
    (
        Section(
            "Growth: packages of 5 files, cold",
            (
                Row(_FEW, "100 packages"),
                Row(_MANY, "1,000 packages", _FEW, "", "100 packages", at_most=8.0),
            ),
        ),
    ),
    measure,
)
