"""Credentials, held to go-containerregistry's default keychain on 53 configurations."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.registry.auth.credential import Credential
from xpkg_tool.registry.auth.keychain import find_credential

VECTORS = Path(__file__).parents[3] / "vectors"
CASES = [json.loads(line) for line in (VECTORS / "keychain.jsonl").read_text().splitlines()]

# Here docker is followed: a helper for the host wins over credsStore.
AS_DOCKER = {"credHelpers over credsStore": {"username": "hu", "password": "hs"}}

HELPERS = {
    "ok": """read server; echo '{"ServerURL":"x","Username":"hu","Secret":"hs"}'""",
    "token": """read server; echo '{"ServerURL":"x","Username":"<token>","Secret":"idtok"}'""",
    "none": "read server; echo 'credentials not found in native keychain'; exit 1",
    "fail": "echo boom-canary; echo boom-canary >&2; exit 1",
    "rubbish": "echo nojson-canary",
    "list": "echo '[\"canary\"]'",
    "number": """echo '{"Username":"canary","Secret":1}'""",
    "hang": "echo canary; sleep 60 & wait",
    "server": """read server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"$1\\"}" """,
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, script in HELPERS.items():
        program = folder / f"docker-credential-{name}"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


def environment(tmp_path: Path, path: Path, case: dict[str, Any]) -> dict[str, str]:
    env = {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}
    if case["docker_config"] is not None:
        at_home = case["docker_config_at"] == "HOME"
        folder = tmp_path / "home/.docker" if at_home else tmp_path / "dc"
        if not at_home:
            env["DOCKER_CONFIG"] = str(folder)
        write(folder / "config.json", case["docker_config"])
    if case["containers_auth"] is not None:
        where = case["containers_auth_at"]
        file = tmp_path / "run/containers/auth.json"
        env[where] = str(file if where == "REGISTRY_AUTH_FILE" else tmp_path / "run")
        write(file, case["containers_auth"])
    return env


def write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))


def shown(credential: Credential) -> dict[str, str]:
    values = {
        "username": credential.username,
        "password": credential.password,
        "identitytoken": credential.identity_token,
        "registrytoken": credential.registry_token,
    }
    return {k: v for k, v in values.items() if v} or {"anonymous": "true"}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_vectors(case: dict[str, Any], tmp_path: Path, path: Path) -> None:
    registry, _, repository = case["repository"].partition("/")
    env = environment(tmp_path, path, case)
    expected = AS_DOCKER.get(case["case"], case["result"])
    if "error" in expected:
        with pytest.raises(PublishError):
            find_credential(registry, repository, env)
    else:
        credential = find_credential(registry, repository, env)
        assert shown(credential) == expected
        assert credential.source


def config(tmp_path: Path, path: Path, content: Any) -> dict[str, str]:
    case = {"docker_config": content, "docker_config_at": "DOCKER_CONFIG", "containers_auth": None}
    return environment(tmp_path, path, case)


@pytest.mark.parametrize("name", ["fail", "rubbish", "list", "number", "hang", "nope", "../bin/x"])
def test_a_bad_helper_is_named_and_its_output_is_not_shown(
    name: str, tmp_path: Path, path: Path
) -> None:
    """Hangs, fails, prints rubbish, is missing."""
    env = config(tmp_path, path, {"credHelpers": {"example.org": name}})
    start = time.monotonic()
    with pytest.raises(PublishError) as caught:
        find_credential("example.org", "a/b", env, helper_timeout=0.3)
    assert time.monotonic() - start < 10
    assert f"docker-credential-{name}" in str(caught.value)
    assert "canary" not in str(caught.value) + repr(caught.value.finding)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_hanging_helper_is_ended_with_its_children(tmp_path: Path, path: Path) -> None:
    (path / "docker-credential-hang").write_text(
        f"#!/bin/sh\nsh -c 'echo $$ > {tmp_path}/pid; exec sleep 60' & wait\n"
    )
    env = config(tmp_path, path, {"credsStore": "hang"})
    with pytest.raises(PublishError, match="did not answer within"):
        find_credential("example.org", "a/b", env, helper_timeout=1.0)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.02)
    pytest.fail("the helper's child still runs")


@pytest.mark.parametrize("entry", ["", ".", "./", "..", "bin", "../{0}/bin", None])
def test_a_helper_is_never_run_from_the_current_folder(
    entry: str | None, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor from one below it, by an entry of PATH that is not absolute; nor does a helper run others
    from there."""
    env = config(tmp_path, path, {"credsStore": "here"})
    answer = """echo '{"Username":"u","Secret":"canary"}'"""
    for folder in (tmp_path, path):
        program = folder / "docker-credential-here"
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n{answer}\n")
        program.chmod(0o755)
    monkeypatch.chdir(tmp_path if entry != ".." else path)
    for before in ("", "/usr/bin:"):
        if entry is None:
            del env["PATH"]
            monkeypatch.setenv("PATH", str(tmp_path))
            entry = ""
        else:
            env["PATH"] = before + entry.format(tmp_path.name)
        with pytest.raises(PublishError, match="docker-credential-here is not in PATH"):
            find_credential("example.org", "a/b", env)
    assert not (tmp_path / "ran").exists()
    (path / "docker-credential-here").write_text(
        f"#!/bin/sh\necho $PATH>{tmp_path}/ran\n{answer}\n"
    )
    env["PATH"] = f".:{path}::bin"
    assert find_credential("example.org", "a/b", env).password == "canary"
    assert (tmp_path / "ran").read_text() == f"{path}\n"


@pytest.mark.parametrize(
    ("registry", "asked"),
    [("example.org:5000", "example.org:5000"), ("index.docker.io", "https://index.docker.io/v1/")],
)
def test_what_a_helper_is_asked(registry: str, asked: str, tmp_path: Path, path: Path) -> None:
    env = config(tmp_path, path, {"credsStore": "server"})
    credential = find_credential(registry, "a/b", env)
    assert (credential.username, credential.password) == (asked, "get")
    assert credential.source == "docker-credential-server"


def test_secrets_stay_out_of_the_repr(tmp_path: Path, path: Path) -> None:
    credential = Credential("here", "canary", "canary", "canary", "canary")
    assert repr(credential) == "Credential(source='here')"
    env = config(tmp_path, path, {"auths": {"example.org": {"auth": "Y2FuYXJ5OmNhbmFyeQ=="}}})
    found = find_credential("example.org", "a/b", env)
    assert found.password == "canary"
    assert found.source == f"{tmp_path}/dc/config.json"
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    "content",
    [
        '{"auths": {"example.org": {"auth": "canary"',
        '["canary"]',
        '{"auths": ["canary"]}',
        '{"auths": {"example.org": "canary"}}',
        '{"auths": {"example.org": {"auth": 1}}}',
        '{"auths": {"example.org": {"auth": "Y2FuYXJ5"}}}',
        '{"auths": {"example.org": {"auth": "//86eA=="}}}',
        '{"credsStore": ["canary"]}',
        "[" * 100000,
    ],
    ids=range(9),
)
def test_a_broken_config_is_named_and_not_shown(content: str, tmp_path: Path, path: Path) -> None:
    env = config(tmp_path, path, content)
    with pytest.raises(PublishError) as caught:
        find_credential("example.org", "a/b", env)
    assert f"{tmp_path}/dc/config.json" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert "Y2FuYXJ5" not in str(caught.value)


def test_a_docker_config_elsewhere_hides_the_one_at_home(tmp_path: Path, path: Path) -> None:
    write(tmp_path / "home/.docker/config.json", {"auths": {"example.org": {"auth": "dTpw"}}})
    env = {"PATH": str(path), "HOME": str(tmp_path / "home"), "DOCKER_CONFIG": str(tmp_path / "no")}
    assert find_credential("example.org", "a/b", env).is_anonymous
    del env["DOCKER_CONFIG"]
    assert find_credential("example.org", "a/b", env).username == "u"
    assert os.listdir(tmp_path / "home/.docker") == ["config.json"]
