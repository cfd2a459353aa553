"""The tool without Pants: many small packages in one process, and each step of large ones."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measuring import Finished, Sample
from benchmarks.rounds import Case, Round
from benchmarks.suite import yardsticks
from benchmarks.table import Row, Section

_PARSE = "alone: parse"
_LINT = "alone: lint"
_BUILD = "alone: build"
_VERIFY = "alone: verify"
_CODEC = "alone: codec"
_PACK = "alone: pack"
_ALL = "alone: build all"
_AWS = "alone: build provider-aws"
_YARDSTICK = "the yardstick"


def measure(round: Round) -> None:
    inputs = round.inputs
    output = round.folder / "alone"
    output.mkdir()
    round.yardstick(yardsticks.PACKAGES, inputs.packages)
    round.note(_ALL, round.work("build_all", inputs.packages, output).sample)
    if inputs.aws:
        round.yardstick(yardsticks.AWS, inputs.aws)
        archive = output / "aws.xpkg"
        round.note(_AWS, round.tool("build", _only(inputs.aws), "--output", archive))
    if inputs.upjet:
        round.yardstick(yardsticks.UPJET, inputs.upjet)
        _large(round, inputs.upjet, output / "upjet.xpkg")


def _large(round: Round, packages: Path, archive: Path) -> None:
    package = _only(packages)
    round.note(_PARSE, round.work("parse", package).sample)
    round.note(_LINT, round.tool("lint", package))
    round.note(_BUILD, round.tool("build", package, "--output", archive))
    round.note(_VERIFY, round.tool("verify", archive))
    extracted = archive.parent / "extracted"
    round.tool("extract", archive, "--output", extracted)
    for _ in round.repeats:
        round.note(_CODEC, _told(round.work("codec", extracted / "package.yaml")))
        round.note(_PACK, _told(round.work("pack", extracted / "package.yaml")))


def _only(packages: Path) -> Path:
    (package,) = (meta.parent for meta in packages.rglob("crossplane.yaml"))
    return package


def _told(done: Finished) -> Sample:
    """The time of the process itself, without the start of its interpreter."""
    return Sample(float(done.output.split()[-1]), done.sample.peak)


CASE = Case(
    "alone",
    (
        Section(
            "The tool alone, without Pants",
            (
                Row(_ALL, "200 packages, all in one process", yardsticks.PACKAGES, "", _YARDSTICK),
                Row(_AWS, "provider-aws, xpkg build", yardsticks.AWS, "", _YARDSTICK),
                Row(_PARSE, "provider-upjet-aws, parsed only", yardsticks.UPJET, "", _YARDSTICK),
                Row(_LINT, "xpkg lint", _PARSE, "", "parsed only", at_most=2.0),
                Row(_BUILD, "xpkg build", yardsticks.UPJET, "", _YARDSTICK),
                Row(_VERIFY, "xpkg verify", yardsticks.UPJET, "", _YARDSTICK),
                Row(_CODEC, "its package.yaml, libdeflate and SHA-256"),
                Row(_PACK, "its package.yaml, packed", _CODEC, "", "libdeflate, SHA-256", 1.3),
            ),
        ),
    ),
    measure,
)
