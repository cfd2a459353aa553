"""Fetching 50 packages from a registry on this machine, compared with skopeo."""

from __future__ import annotations

import json
import shutil

from benchmarks import measuring
from benchmarks.local_registry import PROGRAM, lacking, registry
from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

_FETCH = "fetch: first"
_AGAIN = "fetch: again"
_SKOPEO = "fetch: skopeo"


def measure(round: Round) -> None:
    folder = round.folder / "fetch"
    packages, cache, copies = (folder / name for name in ("packages", "cache", "copies"))
    for made in (packages, cache, copies):
        made.mkdir(parents=True)
    with registry(folder / "registry") as address:
        round.work("publish_all", round.inputs.fetched, packages, address)
        lock = packages / "xpkg.lock"
        locked = json.loads(lock.read_bytes())["packages"]
        # skopeo has no command for several images that it names by their digests.
        script = "".join(
            f"skopeo copy --quiet --src-tls-verify=false docker://{package['source']}"
            f"@{package['digest']} dir:{copies}/{number} || exit 1\n"
            for number, package in enumerate(locked)
        )
        round.note(_SKOPEO, measuring.run(("sh", "-c", script)).sample)
        fetch = ("cache", "fetch", "--lock", lock, "--cache-dir", cache)
        round.note(_FETCH, round.tool(*fetch))
    for _ in round.repeats:
        # The registry is gone.
        round.note(_AGAIN, round.tool(*fetch))
    shutil.rmtree(folder)


CASE = Case(
    "fetch",
    (
        Section(
            "50 packages of 20 files from a registry on loopback",
            (
                Row(_SKOPEO, "skopeo copy of each"),
                Row(_FETCH, "xpkg cache fetch", _SKOPEO, "", "skopeo copy", at_most=1.3),
                Row(_AGAIN, "the same, all in the cache", _SKOPEO, "", "skopeo copy"),
            ),
        ),
    ),
    measure,
    lambda inputs: lacking(PROGRAM, "skopeo"),
)
