"""What one user fetched from a private registry, others have: from a remote cache, without a login,
and without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.build_grid import BuildGrid
from tests.integration.docker_registry import PASSWORD as REGISTRY_PASSWORD
from tests.integration.docker_registry import DockerRegistry
from tests.integration.test_docker_registry import env_of, publish
from tests.xpkg.dependencies.machine import Machine
from tests.xpkg_tool.archives import HYBRID_DIGEST, VECTORS
from tests.xpkg_tool.dependencies.fetch.packages import image, put, stream
from tests.xpkg_tool.registry.fake_registry import running
from xpkg_tool.dependencies.fetch.registry import RegistryDigester, RegistryFetcher, RegistryTags
from xpkg_tool.messages.fetch import PackageToFetch
from xpkg_tool.publish.registries import Registries
from xpkg_tool.registry import tags

# A user without a login, on a machine that may have the results of another one.
_FETCH = """
import sys
from pathlib import Path
from tests.xpkg.dependencies.machine import Machine
from xpkg_tool.messages.fetch import PackageToFetch
machine = Machine(Path(sys.argv[1]))
fetched = machine.fetch(PackageToFetch(*sys.argv[2:]))
print(fetched.errors, *(stream.decode() for stream in machine.streams(fetched)))
"""


def test_another_user_is_served_by_the_remote_cache(
    tmp_path: Path, remote_cache: BuildGrid
) -> None:
    """Their home is another one, they have no login, and the registry is gone."""
    options = (
        "--remote-cache-read",
        "--remote-cache-write",
        f"--remote-store-address=grpc://{remote_cache.address}",
    )
    with running("token") as registry:
        package = PackageToFetch(f"{registry.address}/one", put(registry, image("one"), "one"))
        first = Machine(tmp_path / "first", *options)
        first.login(registry.address)
        fetched = first.fetch(package)
        assert first.streams(fetched) == [stream("one")]
        first.runner.scheduler.wait_for_tail_tasks(60)
        asked = registry.count()
    second = Machine(tmp_path / "second" / "elsewhere", *options)
    assert second.home != first.home
    served = second.fetch(package)
    assert served.errors == ()
    assert second.streams(served) == [stream("one")]
    assert len(registry.seen) == asked
    # Nothing was read from a folder of the machine.
    assert not list((tmp_path / "second").rglob("*.tar"))


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode != 0,
    reason="this machine cannot make a network namespace (unshare -rn)",
)
def test_who_has_a_warm_cache_needs_no_network(tmp_path: Path) -> None:
    """Under `unshare -n` there is not even a loopback interface."""
    with running("token") as registry:
        package = PackageToFetch(f"{registry.address}/one", put(registry, image("one"), "one"))
        machine = Machine(tmp_path / "machine")
        machine.login(registry.address)
        assert machine.fetch(package).errors == ()

    def fetched_offline(folder: str) -> str:
        done = subprocess.run(
            ["unshare", "-rn", sys.executable, "-c", _FETCH, str(tmp_path / folder), *package],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    assert fetched_offline("machine") == f"() {stream('one').decode()}\n"
    assert "could not be used" in fetched_offline("a machine without a cache")


@pytest.mark.parametrize("page", [1, 1000])
def test_a_real_registry(
    page: int, basic_registry: DockerRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tags, whether or not it has pages, the digest of a tag, and its package."""
    env = env_of(tmp_path, basic_registry.address, REGISTRY_PASSWORD)
    source = f"{basic_registry.address}/team/network"
    published = publish(env, *(f"{source}:v1.{minor}.0" for minor in range(3)))
    assert [outcome for outcome in published if isinstance(outcome, Exception)] == []
    monkeypatch.setattr(tags, "_PAGE", page)
    with closing(Registries(env, reading=True)) as connections:
        assert RegistryTags(connections).tags(source) == ("v1.0.0", "v1.1.0", "v1.2.0")
        assert RegistryDigester(connections).digest(source, "v1.1.0") == HYBRID_DIGEST
        package = RegistryFetcher(connections).fetch(source, HYBRID_DIGEST)
    assert package.stream == (VECTORS / "package.yaml").read_bytes()
    pages = basic_registry.log.read_text().count('"GET /v2/team/network/tags/list')
    assert 1 <= pages <= -(-3 // page)
