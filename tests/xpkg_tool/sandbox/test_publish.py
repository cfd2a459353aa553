"""The commands that plan and publish, as processes: messages in and out, and no exit code but 0."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import CANARY, PASSWORD, USER, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port
from xpkg_tool.messages.codec import decode, encode
from xpkg_tool.messages.commands import Request, command_of
from xpkg_tool.messages.files import ANSWER
from xpkg_tool.messages.plan import Action, PackageToPlan, PlanAnswer, PlannedReference, PlanRequest
from xpkg_tool.messages.publish import (
    PackageToPublish,
    PublishAnswer,
    PublishedPackage,
    PublishEvent,
    PublishRequest,
    Transfer,
)
from xpkg_tool.messages.registry import RegistryOptions
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish import several
from xpkg_tool.registry.http.retry import Clock
from xpkg_tool.sandbox import plan as plan_command
from xpkg_tool.sandbox import publish as publish_command

OTHER = f"sha256:{'0' * 64}"
T = TypeVar("T", bound="tuple[Any, ...]")


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    shutil.copy(HYBRID, folder / "package.xpkg")
    return folder


def run(request: Request, form: type[T], pusher: Pusher, sandbox: Path) -> T:
    (sandbox / "request.json").write_bytes(encode(request))
    done = subprocess.run(
        [sys.executable, "-m", "xpkg_tool", command_of(request), "request.json", "out/put"],
        cwd=sandbox,
        env={**pusher.env, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    answer = (sandbox / "out/put" / ANSWER).read_bytes()
    assert CANARY.encode() not in answer
    return decode(form, answer)


def plan_request(folder: Path, *references: str, **more: Any) -> PlanRequest:
    package = PackageToPlan("//a:b", HYBRID_DIGEST, references)
    return PlanRequest(
        **{
            "directory": str(folder),
            "connections": 3,
            "registries": {},
            "packages": (package,),
            **more,
        }
    )


def to_publish(*references: PlannedReference, **more: Any) -> PackageToPublish:
    return PackageToPublish(
        **{
            "name": "//a:b",
            "digest": HYBRID_DIGEST,
            "archive": "package.xpkg",
            "references": references,
            **more,
        }
    )


def publish_request(folder: Path, *packages: PackageToPublish, **more: Any) -> PublishRequest:
    return PublishRequest(
        **{
            "directory": str(folder),
            "connections": 3,
            "registries": {},
            "packages": packages,
            **more,
        }
    )


def to_push(reference: str, digest: str = HYBRID_DIGEST) -> PlannedReference:
    return PlannedReference(reference, digest, None, Action.PUSH, "There is no such tag yet.")


def test_plan_and_publish(pusher: Pusher, sandbox: Path, tmp_path: Path) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        layout = "oci-layout:dist/registry"
        references = (
            f"{registry.address}/a/b:v1",
            f"{registry.address}/a/b:latest",
            f"{layout}:a:v1",
        )
        registries = {registry.address: RegistryOptions(mutable_tags=("latest",))}
        asked = plan_request(tmp_path, *references, registries=registries, by_digest=True)
        plan = run(asked, PlanAnswer, pusher, sandbox)
        # Probe and token, two for each tag that is not there, and one for the manifest.
        assert plan.requests == 2 + 2 * 2 + 1
        (package,) = plan.packages
        assert package.name == "//a:b"
        assert [r.action for r in package.references] == [Action.PUSH] * 3

        order = publish_request(tmp_path, to_publish(*package.references), registries=registries)
        (published,) = run(order, PublishAnswer, pusher, sandbox).packages
        first, second, third = published.references
        sizes = [blob.size for blob in open_archive(str(HYBRID)).blobs]
        manifest = len(open_archive(str(HYBRID)).manifest)
        assert (first.reference, first.digest) == (references[0], HYBRID_DIGEST)
        assert (first.action, first.message, first.error) == (Action.PUSHED, "", "")
        assert 0 < first.transfer.seconds < 60
        assert first.transfer._replace(seconds=0) == Transfer(
            bytes_sent=sum(sizes) + manifest,
            blobs_sent=3,
            # Probe and token, three blobs, the manifest, and the tag, looked at before and after.
            requests=2 + 3 * 3 + 1 + 3,
        )
        assert (second.action, second.transfer.requests) == (Action.TAGGED, 2)
        assert (third.action, third.transfer.blobs_sent) == (Action.PUSHED, 4)
        assert (tmp_path / "dist/registry/index.json").is_file()
        assert registry.tag("a/b", "latest") == HYBRID_DIGEST

        registry.seen.clear()
        plan = run(asked, PlanAnswer, pusher, sandbox)
        assert [r.action for r in plan.packages[0].references] == [Action.UP_TO_DATE] * 3
        assert len(registry.seen) == plan.requests == 2 + 2


def test_what_goes_wrong_is_in_the_answer(
    pusher: Pusher, sandbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes would wait before each attempt for a registry that refuses, so this one asks."""
    monkeypatch.setattr(
        "xpkg_tool.registry.connection.Clock", lambda: Clock(sleep=pusher.slept.append)
    )
    monkeypatch.setattr(os, "environ", pusher.env)
    monkeypatch.chdir(sandbox)
    gone = f"{closed_port()}/a:v1"
    plan = plan_command.plan_packages(plan_request(tmp_path, gone))
    (reference,) = plan.packages[0].references
    assert reference.action == Action.FAILED
    assert "connection refused (4 attempts)" in reference.message
    monkeypatch.chdir(sandbox)  # Both commands go elsewhere.
    (package,) = publish_command.publish_packages(
        publish_request(tmp_path, to_publish(to_push(gone)))
    ).packages
    (entry,) = package.references
    assert entry.action == Action.FAILED
    assert "connection refused (4 attempts)" in entry.message
    no_file = {gone.partition("/")[0]: RegistryOptions(ca_file="none.pem")}
    plan = run(plan_request(tmp_path, gone, registries=no_file), PlanAnswer, pusher, sandbox)
    assert plan.packages[0].references[0].action == Action.FAILED
    changes: tuple[tuple[dict[str, object], dict[str, object], str], ...] = (
        ({"digest": OTHER}, {}, "the planned one had"),
        ({"archive": "none.xpkg"}, {}, "cannot be read"),
        ({}, {"registries": no_file}, "`ca_file`"),
    )
    for of_package, of_request, message in changes:
        order = publish_request(tmp_path, to_publish(to_push(gone), **of_package), **of_request)
        (package,) = run(order, PublishAnswer, pusher, sandbox).packages
        (entry,) = package.references
        assert entry.action == Action.FAILED
        assert message in entry.message


def test_a_bug_is_in_the_answer_too(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the exception's text, which may be anything."""

    def fails(*_: object, **__: object) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr(plan_command, "plan", fails)
    monkeypatch.setattr(several, "publish", fails)
    monkeypatch.chdir(sandbox)
    reference = "registry.test/a:v1"
    plan = plan_command.plan_packages(plan_request(sandbox, reference))
    (planned,) = plan.packages[0].references
    order = publish_request(sandbox, to_publish(to_push(reference)))
    (package,) = publish_command.publish_packages(order).packages
    (published,) = package.references
    assert (planned.action, published.action) == (Action.FAILED, Action.FAILED)
    for message in (planned.message, published.message):
        assert "LookupError at test_publish.py:" in message and CANARY not in message


def test_a_package_of_blobs_that_another_repository_has(
    pusher: Pusher, sandbox: Path, tmp_path: Path
) -> None:
    make_archive(sandbox / "package.xpkg", b"one", b"two")
    digest = open_archive(str(sandbox / "package.xpkg")).digest
    with running() as registry:
        for repository, mounted in (("a", 0), ("b", 3)):
            package = to_publish(
                to_push(f"{registry.address}/{repository}:v1", digest),
                digest=digest,
                mount_from={registry.address: ("a",)},
            )
            order = publish_request(tmp_path, package)
            (published,) = run(order, PublishAnswer, pusher, sandbox).packages
            (entry,) = published.references
            assert (entry.action, entry.transfer.blobs_mounted) == (Action.PUSHED, mounted)


def test_what_happens_is_told_as_it_happens(pusher: Pusher, sandbox: Path, tmp_path: Path) -> None:
    """In a file, a line for each: the backend sees nothing else before the process has ended."""
    events = tmp_path / "events"
    events.touch()
    with running() as registry:
        order = publish_request(
            tmp_path,
            to_publish(to_push(f"{registry.address}/a:v1"), name="a"),
            to_publish(to_push(f"{registry.address}/b:v1"), name="b", archive="none", after=(0,)),
            to_publish(to_push(f"{registry.address}/c:v1"), name="c", after=(1,)),
            to_publish(to_push(f"{registry.address}/d:v1"), name="d", after=(2,)),
            events=str(events),
        )
        answer = run(order, PublishAnswer, pusher, sandbox)
        assert [registry.tag(name, "v1") for name in "abcd"] == [HYBRID_DIGEST, None, None, None]
    actions = [[reference.action for reference in p.references] for p in answer.packages]
    assert actions == [[Action.PUSHED], [Action.FAILED], [], []]
    # The one that failed itself, and not what was left out because of it.
    assert answer.packages[2:] == tuple(PublishedPackage(n, failed=("b",)) for n in "cd")
    a, b, c, d = answer.packages
    assert [decode(PublishEvent, line) for line in events.read_bytes().splitlines()] == [
        *(PublishEvent("a"), PublishEvent("a", a)),
        *(PublishEvent("b"), PublishEvent("b", b)),
        *(PublishEvent("c", c), PublishEvent("d", d)),
    ]
    # A file that cannot be written is no reason not to publish.
    with running() as registry:
        package = to_publish(to_push(f"{registry.address}/a:v1"))
        order = publish_request(tmp_path, package, events=str(tmp_path / "none" / "events"))
        (answered,) = run(order, PublishAnswer, pusher, sandbox).packages
    assert [reference.action for reference in answered.references] == [Action.PUSHED]
