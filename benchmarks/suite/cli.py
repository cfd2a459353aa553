"""The Crossplane CLI on the same packages, if the caller has it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import measuring
from benchmarks.inputs import Inputs
from benchmarks.measuring import Sample
from benchmarks.rounds import Case, Round
from benchmarks.suite import yardsticks
from benchmarks.table import Row, Section

_ONE = "cli: one package"
_SERIAL = "cli: 200, one after another"
_TWO = "cli: 200, two at once"
_AWS = "cli: provider-aws"
_UPJET = "cli: provider-upjet-aws"
_YARDSTICK = "the yardstick"


def measure(round: Round) -> None:
    inputs = round.inputs
    for at_once, figure in ((1, _SERIAL), (2, _TWO)):
        round.yardstick(yardsticks.PACKAGES, inputs.packages)
        round.note(figure, _build(round, inputs.packages, at_once))
    for yardstick, figure, packages in (
        (yardsticks.AWS, _AWS, inputs.aws),
        (yardsticks.UPJET, _UPJET, inputs.upjet),
    ):
        if packages:
            round.yardstick(yardstick, packages)
            round.note(figure, _build(round, packages, 1))
    for _ in round.repeats:
        round.note(_ONE, _build(round, inputs.packages / "p000", 1))


def _build(round: Round, packages: Path, at_once: int) -> Sample:
    """Builds all packages below a folder; the peak is that of the largest process."""
    folders = sorted(meta.parent for meta in packages.rglob("crossplane.yaml"))
    output = round.folder / "cli"
    output.mkdir(exist_ok=True)

    def build(package: Path) -> Sample:
        archive = output / f"{package.name}.xpkg"
        arguments = (f"--package-root={package}", f"--package-file={archive}")
        assert round.inputs.cli is not None
        return measuring.run([round.inputs.cli, "xpkg", "build", *arguments], cwd=output).sample

    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        built = list(pool.map(build, folders))
    return Sample(time.perf_counter() - start, max(sample.peak or 0 for sample in built))


def _missing(inputs: Inputs) -> str | None:
    return None if inputs.cli else "give --cli"


CASE = Case(
    "cli",
    (
        Section(
            "The Crossplane CLI",
            (
                Row(_SERIAL, "200, one after another", yardsticks.PACKAGES, "", _YARDSTICK),
                Row(_TWO, "200 packages, two at once", yardsticks.PACKAGES, "", _YARDSTICK),
                Row(_ONE, "one of them"),
                Row(_AWS, "provider-aws", yardsticks.AWS, "", _YARDSTICK),
                Row(_UPJET, "provider-upjet-aws", yardsticks.UPJET, "", _YARDSTICK),
            ),
        ),
    ),
    measure,
    _missing,
)
