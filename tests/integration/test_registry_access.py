"""Real registries that ask for tokens, or speak TLS with a certificate of one's own authority."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.integration.docker_registry import PASSWORD, USER, docker_registry, newer_registry
from tests.integration.token_service import token_service
from tests.xpkg_tool.registry.faults.certificates import Authority
from tests.xpkg_tool.registry.faults.tunnel import tunnel
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.publish.copy import copy
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.push import push
from xpkg_tool.publish.settings import RegistrySettings

HYBRID = str(Path(__file__).parents[1] / "vectors/hybrid.xpkg")
NAME = "registry.test"

versions = pytest.mark.parametrize(
    "version",
    [
        "2.8",
        # In no distribution, so that CI may lack it.
        pytest.param("3", marks=pytest.mark.allow_skip_in_ci("registry 3 is in no distribution")),
    ],
)


def program(version: str) -> str:
    return newer_registry() if version == "3" else ""


def env_of(folder: Path, registry: str) -> dict[str, str]:
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))
    return {"HOME": str(folder), "DOCKER_CONFIG": str(folder), "PATH": "/nowhere"}


def good(outcome: Outcome) -> PushResult:
    assert isinstance(outcome, PushResult), str(outcome)
    return outcome


@versions
def test_tokens(version: str, tmp_path: Path) -> None:
    """One for all repositories of a run, and good for mounting out of others."""
    with (
        token_service(tmp_path / "token") as service,
        docker_registry(
            tmp_path / "registry", program=program(version), token=service.settings
        ) as registry,
    ):
        env, base = env_of(tmp_path, registry.address), registry.address
        references = [f"{base}/team/{name}:v1" for name in ("one", "two", "three")]
        outcomes = [good(o) for o in push(HYBRID, references, env=env)]
        assert [(o.transfer.blobs_sent, o.transfer.blobs_mounted) for o in outcomes] == [
            (3, 0),
            (0, 3),
            (0, 3),
        ]
        assert [sorted(scopes) for scopes in service.asked] == [
            sorted(f"repository:team/{name}:pull,push" for name in ("one", "two", "three"))
        ]
        service.asked.clear()
        copied = good(copy(references[0], f"{base}/live:v1", env=env))
        assert (copied.transfer.blobs_sent, copied.transfer.blobs_mounted) == (0, 3)
        assert service.asked == [
            ["repository:team/one:pull"],
            ["repository:live:pull,push", "repository:team/one:pull"],
        ]
        (anonymous,) = push(HYBRID, references[:1], env={"HOME": str(tmp_path / "none")})
        assert isinstance(anonymous, PublishError) and "no credential" in str(anonymous)


@versions
def test_an_own_authority(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    authority.server(NAME)
    pem, key = (tmp_path / "authority" / f"server1.{suffix}" for suffix in ("pem", "key"))
    tls = f"{{certificate: '{pem}', key: '{key}'}}"
    with (
        docker_registry(
            tmp_path / "registry", basic=True, program=program(version), tls=tls
        ) as registry,
        tunnel(int(registry.address.rpartition(":")[2])) as proxy,
    ):
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        env = env_of(tmp_path, NAME)
        settings = {NAME: RegistrySettings(ca_file=str(authority.bundle))}
        (refused,) = push(HYBRID, [f"{NAME}/a:v1"], env=env)
        assert isinstance(refused, PublishError) and "is not trusted" in str(refused)
        (first,) = push(HYBRID, [f"{NAME}/a:v1"], env=env, settings=settings)
        assert good(first).transfer.blobs_sent == 3
        layout = f"oci-layout:{tmp_path}/layout:a:v1"
        copied = copy(f"{NAME}/a:v1", layout, env=env, source_settings=settings)
        assert good(copied).digest == good(first).digest
