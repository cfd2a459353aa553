"""The yardstick: the minimum work of building packages, in one process (yardstick.py)."""

from __future__ import annotations

from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

PACKAGES = "yardstick: 200 packages"
AWS = "yardstick: provider-aws"
UPJET = "yardstick: provider-upjet-aws"


def measure(round: Round) -> None:
    inputs = round.inputs
    for figure, packages in ((PACKAGES, inputs.packages), (AWS, inputs.aws), (UPJET, inputs.upjet)):
        if packages:
            round.yardstick(figure, packages)


CASE = Case(
    "yardstick",
    (
        Section(
            "The yardstick: one process reads, parses, compresses and hashes",
            (
                Row(PACKAGES, "200 packages"),
                Row(AWS, "provider-aws"),
                Row(UPJET, "provider-upjet-aws"),
            ),
        ),
    ),
    measure,
)
