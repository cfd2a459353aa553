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
from xpkg_tool.messages import (
    ANSWER,
    Action,
    PackageToPlan,
    PlanAnswer,
    PlannedReference,
    PlanRequest,
    PublishAnswer,
    PublishRequest,
    RegistryOptions,
    Request,
    Transfer,
    command_of,
    decode,
    encode,
)
from xpkg_tool.oci.read.archive_reader import open_archive
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


def publish_request(folder: Path, *references: PlannedReference, **more: Any) -> PublishRequest:
    return PublishRequest(
        **{
            "directory": str(folder),
            "connections": 3,
            "registries": {},
            "name": "//a:b",
            "digest": HYBRID_DIGEST,
            "archive": "package.xpkg",
            "references": references,
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

        order = publish_request(tmp_path, *package.references, registries=registries)
        first, second, third = run(order, PublishAnswer, pusher, sandbox).references
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


def test_what_goes_wrong_is_in_the_answer(pusher: Pusher, sandbox: Path, tmp_path: Path) -> None:
    gone = f"{closed_port()}/a:v1"
    plan = run(plan_request(tmp_path, gone), PlanAnswer, pusher, sandbox)
    (reference,) = plan.packages[0].references
    assert reference.action == Action.FAILED
    assert "connection refused (4 attempts)" in reference.message
    changes: tuple[tuple[dict[str, object], str], ...] = (
        ({}, "connection refused"),
        ({"digest": OTHER}, "the planned one had"),
        ({"archive": "none.xpkg"}, "cannot be read"),
        (
            {"registries": {gone.partition("/")[0]: RegistryOptions(ca_file="none.pem")}},
            "`ca_file`",
        ),
    )
    for change, message in changes:
        order = publish_request(tmp_path, to_push(gone), **change)
        (entry,) = run(order, PublishAnswer, pusher, sandbox).references
        assert entry.action == Action.FAILED
        assert message in entry.message


def test_a_bug_is_in_the_answer_too(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the exception's text, which may be anything."""

    def fails(*_: object, **__: object) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr(plan_command, "plan", fails)
    monkeypatch.setattr(publish_command, "publish", fails)
    monkeypatch.chdir(sandbox)
    reference = "registry.test/a:v1"
    plan = plan_command.plan_packages(plan_request(sandbox, reference))
    (planned,) = plan.packages[0].references
    order = publish_request(sandbox, to_push(reference))
    (published,) = publish_command.publish_package(order).references
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
            order = publish_request(
                tmp_path,
                to_push(f"{registry.address}/{repository}:v1", digest),
                digest=digest,
                mount_from={registry.address: ("a",)},
            )
            (entry,) = run(order, PublishAnswer, pusher, sandbox).references
            assert (entry.action, entry.transfer.blobs_mounted) == (Action.PUSHED, mounted)
