"""A layer of 300 MB to a registry on this machine, compared with skopeo."""

from __future__ import annotations

import shutil
import tarfile

from benchmarks.local_registry import PROGRAM, lacking, registry, skopeo_copy
from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

_PUSH = "layer: push"
_SKOPEO = "layer: skopeo"


def measure(round: Round) -> None:
    folder = round.folder / "layer"
    layout = folder / "layout"
    layout.mkdir(parents=True)
    archive = folder / "package.xpkg"
    round.work("layer", str(round.inputs.sizes.layer_bytes), archive)
    with tarfile.open(archive) as members:  # The archive is a layout as well.
        members.extractall(layout)
    # A registry for each, so that neither finds the other's blobs.
    with registry(folder / "skopeo") as address:
        target = f"{address}/benchmark/package:v1"
        round.note(_SKOPEO, skopeo_copy(layout, target))
    with registry(folder / "xpkg") as address:
        target = f"{address}/benchmark/package:v1"
        round.note(_PUSH, round.tool("push", "--insecure", target, archive))
    shutil.rmtree(folder)


CASE = Case(
    "layer",
    (
        Section(
            "One layer of 300 MB to a registry on loopback",
            (
                Row(_SKOPEO, "skopeo copy"),
                Row(_PUSH, "xpkg push", _SKOPEO, "", "skopeo copy", at_most=1.3, memory=60_000_000),
            ),
        ),
    ),
    measure,
    lambda inputs: lacking(PROGRAM, "skopeo"),
)
