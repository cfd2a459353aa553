"""Credential helpers that hang, fail, or say too much."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path

import pytest

from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, running
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.registry.auth import credential
from xpkg_tool.registry.auth.keychain import find_credential

# Shell, by what it does wrong, and what the error says of it.
HELPERS = {
    "hangs": ("cat >/dev/null; sleep 60", "did not answer within 0.5 seconds"),
    "hangs without reading": ("sleep 60", "did not answer within 0.5 seconds"),
    "hangs after its answer": (
        """echo '{"Username":"u","Secret":"canary"}'; exec >/dev/null; sleep 60""",
        "did not answer within 0.5 seconds",
    ),
    "hangs and is deaf": ("trap '' TERM INT HUP; sleep 60 & wait", "did not answer within"),
    "fails": ("echo canary; echo canary >&2; exit 3", "failed with exit status 3"),
    "is killed": ("kill -9 $$", "failed with exit status -9"),
    "says nothing": ("exit 0", "not in the helpers' format"),
    "prints rubbish": ("echo canary", "not in the helpers' format"),
    "prints bytes": (r"printf '\377\376\000canary'", "not in the helpers' format"),
    "prints half": ("""printf '{"Username":"u","Secret":"canary'""", "not in the helpers' format"),
    "prints more": (
        """echo '{"Username":"u","Secret":"canary"} canary'""",
        "not in the helpers' format",
    ),
    "prints another type": ("""echo '{"Username":"u","Secret":["canary"]}'""", "format"),
    "nests deeply": ("head -c 200000 /dev/zero | tr '\\0' '['", "not in the helpers' format"),
    "never stops": ("yes canary", "returned more than 1048576 bytes"),
    "is no program": ("\x7fELF", ""),
}


def install(folder: Path, script: str) -> None:
    program = folder / "docker-credential-odd"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="latin-1")
    program.chmod(0o755)
    (folder / "config.json").write_text(json.dumps({"credsStore": "odd"}))


@pytest.mark.parametrize("name", HELPERS)
def test_the_error_names_the_helper(tmp_path: Path, name: str) -> None:
    script, expected = HELPERS[name]
    install(tmp_path, script)
    env = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    start = time.monotonic()
    with pytest.raises(PublishError) as caught:
        find_credential("registry.test", "a/b", env, helper_timeout=0.5)
    assert time.monotonic() - start < 5
    text = str(caught.value)
    assert f"The credential helper docker-credential-odd {expected}" in text or (
        text.count("docker-credential-odd") and expected in text
    )
    assert "registry.test" in text
    assert "canary" not in text


def test_what_a_helper_writes_takes_no_memory(tmp_path: Path) -> None:
    install(tmp_path, "yes canary")
    env = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    tracemalloc.start()
    with pytest.raises(PublishError, match="more than"):
        find_credential("registry.test", "a/b", env)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_what_it_writes_to_stderr_does_not_stop_it(pusher: Pusher) -> None:
    answer = json.dumps({"Username": USER, "Secret": PASSWORD})
    install(pusher.folder, f"head -c 1000000 /dev/zero >&2; echo '{answer}'")
    pusher.env["PATH"] = f"{pusher.folder}:/usr/bin:/bin"
    with running("basic") as registry:
        result(pusher, registry)


def test_it_is_asked_once_for_all_references(pusher: Pusher) -> None:
    answer = json.dumps({"Username": USER, "Secret": PASSWORD})
    install(pusher.folder, f"echo x >> {pusher.folder}/asked; echo '{answer}'")
    pusher.env["PATH"] = f"{pusher.folder}:/usr/bin:/bin"
    with running("token") as registry:
        names = [f"{registry.address}/a/b:{tag}" for tag in ("v1", "v2", "latest")]
        assert all(not isinstance(o, PublishError) for o in pusher.push(*names))
    assert (pusher.folder / "asked").read_text() == "x\n"


def test_it_is_not_asked_where_nothing_is_needed(pusher: Pusher) -> None:
    install(pusher.folder, "exit 1")
    pusher.env["PATH"] = f"{pusher.folder}:/usr/bin:/bin"
    with running() as registry:
        result(pusher, registry)


def test_a_failing_helper_publishes_nothing(pusher: Pusher) -> None:
    install(pusher.folder, "echo canary >&2; echo canary; exit 1")
    pusher.env["PATH"] = f"{pusher.folder}:/usr/bin:/bin"
    with running("basic") as registry:
        assert "docker-credential-odd failed with exit status 1" in error(pusher, registry)
        assert [s.path for s in registry.seen] == ["/v2/"]


def test_it_sees_the_given_environment_only(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_VARIABLE", "canary")
    answer = json.dumps({"Username": USER, "Secret": PASSWORD})
    install(pusher.folder, f"env > {pusher.folder}/env; echo '{answer}'")
    pusher.env["PATH"] = f"{pusher.folder}:/usr/bin:/bin"
    with running("basic") as registry:
        result(pusher, registry)
    seen = {line.partition("=")[0] for line in (pusher.folder / "env").read_text().splitlines()}
    assert {"DOCKER_CONFIG", "HOME", "PATH"} <= seen
    assert "CANARY_VARIABLE" not in seen


def test_the_time_out_is_a_minute() -> None:
    """Long enough for a person to answer a key ring's question."""
    assert credential.HELPER_TIMEOUT == 60
