"""One outcome for each reference, in order, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.publish.push import PushResult, push


def test_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is relative to the current one."""
    monkeypatch.chdir(tmp_path)
    references = ["oci-layout:dist/registry:a/b:v1", "oci-layout:dist/registry:a/b:latest"]
    first = [o for o in push(str(HYBRID), references) if isinstance(o, PushResult)]
    assert [o.action for o in first] == ["pushed", "tagged"]
    assert [o.reference for o in first] == references
    assert {o.digest for o in first} == {HYBRID_DIGEST}
    assert [o.transfer.blobs_sent for o in first] == [4, 0]
    assert (tmp_path / "dist/registry/index.json").is_file()
    again = [o for o in push(str(HYBRID), references) if isinstance(o, PushResult)]
    assert [o.action for o in again] == ["up to date", "up to date"]
    more = push(str(HYBRID), [references[0], "oci-layout:dist/registry:c:v1"])
    assert [o.action for o in more if isinstance(o, PushResult)] == ["up to date", "pushed"]


def test_nothing_is_sent_while_a_reference_is_wrong(tmp_path: Path) -> None:
    good, bad = f"oci-layout:{tmp_path}/x:a:v1", "example.org/A:v1"
    outcomes = push(str(HYBRID), [good, bad, "b"])
    messages = [o.finding.message for o in outcomes if isinstance(o, PublishError)]
    assert len(messages) == 3
    assert "Not published" in messages[0]
    assert "lower-case" in messages[1]
    assert not (tmp_path / "x").exists()


def test_a_package_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    outcomes = push(str(tmp_path / "x"), [f"oci-layout:{tmp_path}/y:a:v1", "localhost:1/a:v1"])
    assert all(isinstance(o, PublishError) and "not a tar archive" in str(o) for o in outcomes)
    assert not (tmp_path / "y").exists()


def test_nothing_is_written_while_a_registry_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with running() as registry:
        outcomes = Pusher(tmp_path).push(
            f"oci-layout:{tmp_path}/file:a:v1",
            f"{registry.address}/a:v1",
            f"oci-layout:{tmp_path}/good:a:v1",
        )
        assert not registry.blobs
    assert [type(outcome) for outcome in outcomes] == [PublishError] * 3
    assert "cannot be read" in str(outcomes[0])
    assert "because of an error in another reference" in str(outcomes[1])
    assert not (tmp_path / "good").exists()


def test_the_same_reference_twice(tmp_path: Path) -> None:
    reference = f"oci-layout:{tmp_path}/x:a:v1"
    first, second = push(str(HYBRID), [reference, reference])
    assert first == second
    assert isinstance(first, PushResult)


def test_layout_and_another_digest(tmp_path: Path) -> None:
    (outcome,) = push(str(HYBRID), [f"oci-layout:{tmp_path}/x:a:v1@sha256:{'0' * 64}"])
    assert isinstance(outcome, PublishError)
    assert HYBRID_DIGEST in str(outcome)
    assert not (tmp_path / "x").exists()


def test_a_layout_needs_neither_requests_nor_oras(tmp_path: Path) -> None:
    script = (
        "import sys; from xpkg_tool.publish.push import push; "
        f"push({str(HYBRID)!r}, ['oci-layout:{tmp_path}/x:a:v1', 'bad']); "
        f"push({str(HYBRID)!r}, ['oci-layout:{tmp_path}/x:a:v1']); "
        "sys.exit(any(m in sys.modules for m in ('requests', 'oras', 'urllib3', 'http.client')))"
    )
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=env, check=False).returncode == 0
    assert (tmp_path / "x/index.json").exists()
