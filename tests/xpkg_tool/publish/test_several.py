"""Several packages in one process: what they share, and what they do not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import make_archive
from tests.xpkg_tool.publish.writing import good
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.plan import Package, plan
from xpkg_tool.publish.publish import Write
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.several import PackageOutcome, PackageWrites, Watcher, publish_several


class Packages:
    """Makes packages of a config and two layers, each with content of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def writes(
        self, name: str, *references: str, after: tuple[int, ...] = (), mount_from: str = ""
    ) -> PackageWrites:
        path = self._folder / f"{name}.xpkg"
        make_archive(path, f"one of {name}".encode(), f"two of {name}".encode())
        digest = open_archive(str(path)).digest
        places = [parse(reference) for reference in references]
        sources = {places[0].registry: (mount_from,)} if mount_from else {}
        writes = tuple(map(Write, places))
        return PackageWrites(name, str(path), digest, writes, sources, after)


@pytest.fixture
def packages(tmp_path: Path) -> Packages:
    return Packages(tmp_path)


class Log(Watcher):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, number: int) -> None:
        self.lines.append(f"begin {number}")

    def end(self, number: int, outcome: PackageOutcome) -> None:
        self.lines.append(f"end {number}")


def published(
    pusher: Pusher, *writes: PackageWrites, at_once: int = 3, log: Log | None = None
) -> list[PackageOutcome]:
    registries = Registries(pusher.env, connections=1, connect=pusher.connect)
    try:
        return publish_several(writes, registries, at_once, log or Log())
    finally:
        registries.close()


def requests(registry: FakeRegistry) -> Counter[str]:
    """How many there were of each kind."""
    return Counter(f"{seen.method} {kind(seen.path)}" for seen in registry.seen)


def kind(path: str) -> str:
    if path == "/v2/":
        return "probe"
    for part, name in (("/token", "token"), ("/blobs/sha256", "blob"), ("/blobs/", "upload")):
        if part in path:
            return name
    return "manifest" if "sha256:" in path else "tag"


NEW_PACKAGE = {
    "HEAD blob": 3,
    "POST upload": 3,
    "PUT upload": 3,
    "PUT manifest": 1,
    "PUT tag": 1,
    # Before and after the tag is put.
    "GET tag": 1,
    "HEAD tag": 1,
}


@pytest.mark.parametrize("count", [1, 12])
def test_the_requests_for_new_packages(pusher: Pusher, packages: Packages, count: int) -> None:
    """One probe and one token for all, 11 requests to send each, and those that the checks of its
    release need: docs/publishing.md."""
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        writes = [
            packages.writes(f"p{number}", f"{registry.address}/p{number}:v1")
            for number in range(count)
        ]
        registries = Registries(pusher.env, connect=pusher.connect)
        plan([Package.of(w.name, w.digest, [str(w.writes[0].place)]) for w in writes], registries)
        registries.close()
        planned = {"HEAD tag": count, "GET tag": count}
        assert requests(registry) == Counter({"GET probe": 1, "GET token": 1, **planned})
        registry.seen.clear()
        outcomes = published(pusher, *writes)
        new = {name: number * count for name, number in NEW_PACKAGE.items()}
        assert requests(registry) == Counter({"GET probe": 1, "GET token": 1, **new})
        sent = sum(NEW_PACKAGE.values()) + sum(planned.values()) // count
        assert sent == 11 + 4
        # What each of them reports adds up, however many threads there were.
        reported = [good(outcome) for o in outcomes for outcome in o.outcomes.values()]
        assert sum(result.transfer.requests for result in reported) == len(registry.seen)
        assert Counter(result.transfer.requests for result in reported)[13] >= count - 1


def test_a_token_for_many_repositories_covers_those_to_mount_from(
    pusher: Pusher, packages: Packages
) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        first = packages.writes("same", f"{registry.address}/origin:v1")
        published(pusher, first)
        registry.seen.clear()
        # The packages are the same, so that there is something to mount.
        writes = [
            packages.writes("same", f"{registry.address}/copy{number}:v1", mount_from="origin")
            for number in range(4)
        ]
        outcomes = published(pusher, *writes)
        assert requests(registry)["GET token"] == 1
        assert [
            good(o.outcomes[w.writes[0].place]).transfer.blobs_mounted
            for o, w in zip(outcomes, writes)
        ] == [3] * 4


def test_a_package_waits_for_those_that_it_depends_on(pusher: Pusher, packages: Packages) -> None:
    with running() as registry:
        log = Log()
        after = [(), (0,), (0,), (1, 2)]
        writes = [
            packages.writes(f"p{n}", f"{registry.address}/p{n}:v1", after=a)
            for n, a in enumerate(after)
        ]
        published(pusher, *writes, log=log)
        tags = [
            seen.path for seen in registry.seen if seen.method == "PUT" and kind(seen.path) == "tag"
        ]
    assert tags[0] == "/v2/p0/manifests/v1" and tags[3] == "/v2/p3/manifests/v1"
    assert log.lines[:2] == ["begin 0", "end 0"] and log.lines[-2:] == ["begin 3", "end 3"]


def test_a_failure_stays_with_those_that_depend_on_it(pusher: Pusher, packages: Packages) -> None:
    with running() as registry:
        registry.faults.append(Fault("PUT", "/v2/bad/manifests/v1", nth=0, status=400))
        down = f"{closed_port()}/down:v1"
        writes = [
            packages.writes("bad", f"{registry.address}/bad:v1"),
            packages.writes("down", down),
            packages.writes("needs-bad", f"{registry.address}/needs-bad:v1", after=(0,)),
            packages.writes("needs-both", f"{registry.address}/needs-both:v1", after=(1, 2)),
            packages.writes("other", f"{registry.address}/other:v1"),
        ]
        log = Log()
        outcomes = published(pusher, *writes, log=log)
        assert [registry.tag(w.name, "v1") for w in writes] == [None] * 4 + [writes[4].digest]
        # Nothing of what is left out was sent.
        assert not [seen for seen in registry.seen if "needs" in seen.path]
    assert all(isinstance(o, PublishError) for n in (0, 1) for o in outcomes[n].outcomes.values())
    assert outcomes[2] == PackageOutcome({}, ("bad",))
    assert outcomes[3] == PackageOutcome({}, ("bad", "down"))
    good(outcomes[4].outcomes[writes[4].writes[0].place])
    assert "begin 2" not in log.lines and "end 2" in log.lines
