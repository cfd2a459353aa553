"""The commands of the backend, as processes: JSON in, JSON out, and no exit code but 0."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import CANARY, PASSWORD, USER, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.sandbox import plan as plan_request
from xpkg_tool.sandbox import publish as publish_request

OTHER = f"sha256:{'0' * 64}"


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    shutil.copy(HYBRID, folder / "package.xpkg")
    return folder


def run(command: str, request: dict[str, Any], pusher: Pusher, sandbox: Path) -> dict[str, Any]:
    (sandbox / "request.json").write_text(json.dumps(request))
    done = subprocess.run(
        [sys.executable, "-m", "xpkg_tool", command, "request.json", "out/put"],
        cwd=sandbox,
        env={**pusher.env, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    name = {"plan": "plan.json", "publish": "report.json"}[command]
    text = (sandbox / "out/put" / name).read_text("utf-8")
    assert CANARY not in text
    answer: dict[str, Any] = json.loads(text)
    return answer


def test_plan_and_publish(pusher: Pusher, sandbox: Path, tmp_path: Path) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        layout = "oci-layout:dist/registry"
        references = [
            f"{registry.address}/a/b:v1",
            f"{registry.address}/a/b:latest",
            f"{layout}:a:v1",
        ]
        common = {
            "directory": str(tmp_path),
            "connections": 3,
            "registries": {registry.address: {"insecure": False, "mutableTags": ["latest"]}},
        }
        wanted = {"name": "//a:b", "digest": HYBRID_DIGEST, "references": references}
        asked = {**common, "byDigest": True, "packages": [wanted]}
        plan = run("plan", asked, pusher, sandbox)
        # Probe and token, two for each tag that is not there, and one for the manifest.
        assert plan["requests"] == 2 + 2 * 2 + 1
        (package,) = plan["packages"]
        assert package["name"] == "//a:b"
        assert [r["action"] for r in package["references"]] == ["push"] * 3

        order = {
            **common,
            "name": "//a:b",
            "digest": HYBRID_DIGEST,
            "archive": "package.xpkg",
            "references": [
                {key: r[key] for key in ("reference", "remote", "action")}
                for r in package["references"]
            ],
        }
        report = run("publish", order, pusher, sandbox)
        assert (report["name"], report["digest"]) == ("//a:b", HYBRID_DIGEST)
        first, second, third = report["references"]
        seconds = first.pop("seconds")
        assert 0 < seconds < 60
        sizes = [blob.size for blob in open_archive(str(HYBRID)).blobs]
        manifest = len(open_archive(str(HYBRID)).manifest)
        assert first == {
            "reference": references[0],
            "digest": HYBRID_DIGEST,
            "action": "pushed",
            "bytesSent": sum(sizes) + manifest,
            "bytesSkipped": 0,
            "blobsSent": 3,
            "blobsSkipped": 0,
            "blobsMounted": 0,
            # Probe and token, three blobs, the manifest, and the tag, looked at before and after.
            "requests": 2 + 3 * 3 + 1 + 3,
            "message": None,
            "error": None,
        }
        assert (second["action"], second["requests"]) == ("tagged", 2)
        assert (third["action"], third["blobsSent"]) == ("pushed", 4)
        assert (tmp_path / "dist/registry/index.json").is_file()
        assert registry.tag("a/b", "latest") == HYBRID_DIGEST

        registry.seen.clear()
        plan = run("plan", asked, pusher, sandbox)
        assert [r["action"] for r in plan["packages"][0]["references"]] == ["up to date"] * 3
        assert len(registry.seen) == plan["requests"] == 2 + 2


def test_what_goes_wrong_is_in_the_answer(pusher: Pusher, sandbox: Path, tmp_path: Path) -> None:
    gone = f"{closed_port()}/a:v1"
    common = {"directory": str(tmp_path), "registries": {}}
    package = {"name": "p", "digest": HYBRID_DIGEST, "references": [gone]}
    plan = run("plan", {**common, "packages": [package]}, pusher, sandbox)
    (reference,) = plan["packages"][0]["references"]
    assert reference["action"] == "failed"
    assert "connection refused (4 attempts)" in reference["message"]
    order = {
        **common,
        "name": "p",
        "digest": HYBRID_DIGEST,
        "archive": "package.xpkg",
        "references": [{"reference": gone, "remote": None, "action": "push"}],
    }
    changes: tuple[tuple[dict[str, object], str], ...] = (
        ({}, "connection refused"),
        ({"digest": OTHER}, "the planned one had"),
        ({"archive": "none.xpkg"}, "cannot be read"),
        ({"registries": {gone.partition("/")[0]: {"caFile": "none.pem"}}}, "`ca_file`"),
    )
    for change, message in changes:
        report = run("publish", {**order, **change}, pusher, sandbox)
        (entry,) = report["references"]
        assert entry["action"] == "failed"
        assert message in entry["message"]


def test_a_bug_is_in_the_answer_too(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the exception's text, which may be anything."""

    def fails(*_: object, **__: object) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr(plan_request, "plan", fails)
    monkeypatch.setattr(publish_request, "publish", fails)
    reference = "registry.test/a:v1"
    request = {
        "directory": str(sandbox),
        "packages": [{"name": "p", "digest": HYBRID_DIGEST, "references": [reference]}],
        "name": "p",
        "digest": HYBRID_DIGEST,
        "archive": str(sandbox / "package.xpkg"),
        "references": [{"reference": reference, "remote": None, "action": "push"}],
    }
    (sandbox / "request.json").write_text(json.dumps(request))
    monkeypatch.chdir(sandbox)
    plan_request.plan_packages(sandbox / "request.json", sandbox / "out")
    publish_request.publish_package(sandbox / "request.json", sandbox / "out")
    plan = json.loads((sandbox / "out/plan.json").read_text())["packages"][0]
    report = json.loads((sandbox / "out/report.json").read_text())
    for entry in (*plan["references"], *report["references"]):
        assert entry["action"] == "failed"
        assert "LookupError at test_publish.py:" in entry["message"]
        assert CANARY not in entry["message"]


def test_a_package_of_blobs_that_another_repository_has(
    pusher: Pusher, sandbox: Path, tmp_path: Path
) -> None:
    make_archive(sandbox / "package.xpkg", b"one", b"two")
    digest = open_archive(str(sandbox / "package.xpkg")).digest
    with running() as registry:
        for repository, mounted in (("a", 0), ("b", 3)):
            order = {
                "directory": str(tmp_path),
                "registries": {},
                "name": "p",
                "digest": digest,
                "archive": "package.xpkg",
                "references": [
                    {
                        "reference": f"{registry.address}/{repository}:v1",
                        "remote": None,
                        "action": "push",
                    }
                ],
                "mountFrom": {registry.address: ["a"]},
            }
            (entry,) = run("publish", order, pusher, sandbox)["references"]
            assert (entry["action"], entry["blobsMounted"]) == ("pushed", mounted)
