"""What inference adds to Pants' own `dependencies ::`, for many small packages."""

from __future__ import annotations

from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

_FLOOR = "inference: floor"
_COLD = "inference: cold"
_FLOOR_SAME = "inference: floor, again"
_SAME = "inference: nothing changed"
_EDIT = "inference: one meta object"


def measure(round: Round) -> None:
    with (
        # The same backends and fields, without inference.
        round.trivial_repository("inference-trivial", loaded=True) as trivial,
        round.repository("inference") as ours,
    ):
        trivial.add(round.inputs.packages)
        folders = ours.add(round.inputs.packages)
        # Both daemons have read the BUILD files, and both have set up what they run.
        for repository in (trivial, ours):
            repository.pants("package", "packages/p000")
            repository.pants("list", "::")
        round.note(_FLOOR, trivial.pants("dependencies", "::"))
        round.note(_COLD, ours.pants("dependencies", "::"))
        for number in round.repeats:
            round.note(_FLOOR_SAME, trivial.pants("dependencies", "::"))
            round.note(_SAME, ours.pants("dependencies", "::"))
            ours.edit(folders[number] / "crossplane.yaml")
            round.note(_EDIT, ours.pants("dependencies", "::"))


CASE = Case(
    "inference",
    (
        Section(
            "Inference: dependencies of 200 packages, in seconds beyond those of trivial targets",
            (
                Row(_FLOOR, "trivial, cold"),
                Row(_FLOOR_SAME, "trivial, nothing changed"),
                # 2 ms for each package.
                Row(_COLD, "cold", beyond=_FLOOR, against_title="trivial, cold", at_most=0.4),
                Row(
                    _SAME,
                    "nothing changed",
                    beyond=_FLOOR_SAME,
                    against_title="trivial, nothing changed",
                    at_most=0.1,
                    processes=0,
                ),
                Row(
                    _EDIT,
                    "one meta object changed",
                    beyond=_FLOOR_SAME,
                    against_title="trivial, nothing changed",
                    processes=1,
                ),
            ),
        ),
    ),
    measure,
)
