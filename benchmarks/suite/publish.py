"""Publishing packages to a registry on this machine, and again when nothing has changed, compared
with skopeo, which is run for each of the same images."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from benchmarks.local_registry import PROGRAM, lacking, registry, skopeo_copy
from benchmarks.measuring import Sample
from benchmarks.pants_runs import Repository
from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

_LIST = "publish: list"
_FIRST = "publish: first"
_SKOPEO = "publish: skopeo"
_SAME = "publish: unchanged"
_PLAN = "publish: plan"
_EDIT = "publish: one changed"
_LIST_MANY = "publish: list, 1,000"
_FIRST_MANY = "publish: first, 1,000"


def measure(round: Round) -> None:
    with (
        registry(round.folder / "publish-registry") as address,
        round.repository("publish") as ours,
    ):
        folders = ours.add(round.inputs.few)
        option = _option(address)
        ours.pants(option, "package", "::")
        round.note(_FIRST, ours.pants(option, "publish", "::"))
        round.note(_SKOPEO, _skopeo(round, ours))
        for _ in round.repeats:
            round.note(_LIST, ours.pants(option, "list", "::"))
            round.note(_SAME, ours.pants(option, "publish", "::"))
            round.note(_PLAN, ours.pants(option, "publish", "--xpkg-publish-plan", "::"))
        for number in round.repeats:
            ours.edit(_meta(folders[number]))
            round.note(_EDIT, ours.pants(option, "publish", "::"))
    with (
        registry(round.folder / "many-registry") as address,
        round.repository("publish-many") as ours,
    ):
        ours.add(round.inputs.many)
        option = _option(address)
        ours.pants(option, "package", "::")
        round.note(_LIST_MANY, ours.pants(option, "list", "::"))
        round.note(_FIRST_MANY, ours.pants(option, "publish", "::"))


def _option(address: str) -> str:
    entry = f"{{'address': '{address}', 'default': True, 'mutable_tags': ['*']}}"
    return f"--xpkg-registries={{'measured': {entry}}}"


def _skopeo(round: Round, ours: Repository) -> Sample:
    """Copies what was packaged, one after another, to a registry of its own."""
    folder = round.folder / "layouts"
    layouts = []
    for archive in sorted((ours.root / "dist").rglob("*.xpkg")):
        layout = folder / archive.stem
        layout.mkdir(parents=True)
        with tarfile.open(archive) as members:  # The archive is a layout as well.
            members.extractall(layout)
        layouts.append(layout)
    with registry(round.folder / "skopeo-registry") as address:
        copies = [skopeo_copy(layout, f"{address}/{layout.name}:v1") for layout in layouts]
    shutil.rmtree(folder)
    peaks = [copy.peak for copy in copies if copy.peak is not None]
    return Sample(sum(copy.seconds for copy in copies), max(peaks, default=None))


def _meta(package: Path) -> Path:
    return package / "crossplane.yaml"


_BEYOND = "beyond list ::"
_FIRST_TIME = "publish, for the first time"

CASE = Case(
    "publish",
    (
        Section(
            "Publishing 100 packages of 5 files, built before, to a registry on loopback",
            (
                Row(_LIST, "list ::"),
                Row(_SKOPEO, "skopeo copy of the same, one after another"),
                Row(_FIRST, _FIRST_TIME, "", _LIST, _BEYOND, at_most=3.0),
                Row(_FIRST, "the same", _SKOPEO, _LIST, f"skopeo copy, {_BEYOND}", at_most=1.2),
                Row(_SAME, "publish, nothing changed", "", _LIST, _BEYOND, at_most=2.0),
                Row(_PLAN, "publish --xpkg-publish-plan", "", _LIST, _BEYOND),
                Row(_EDIT, "publish, one package changed", "", _LIST, _BEYOND),
            ),
        ),
        Section(
            "The same with 1,000 packages",
            (
                Row(_LIST_MANY, "list ::"),
                Row(_FIRST_MANY, _FIRST_TIME, "", _LIST_MANY, _BEYOND, memory=120 * 2**20),
                Row(_FIRST_MANY, "the same", _FIRST, "", "100 packages", at_most=12.0),
            ),
        ),
    ),
    measure,
    lambda inputs: lacking(PROGRAM, "skopeo"),
)
