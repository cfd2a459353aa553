"""Thirty packages with a registry, from the lock to what a cluster installs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.docker_registry import DockerRegistry, docker_registry, need
from tests.integration.install_judges import Judge
from tests.integration.repository import CRD, Repository
from xpkg_tool.dependencies.fetch.registry import RegistryFetcher
from xpkg_tool.publish.registries import Registries

EXTERNAL = 5
EACH = 10
_KINDS = {"p": "Provider", "f": "Function", "c": "Configuration", "v": "Function"}


def write(repository: Repository, name: str, needs: dict[str, str], fields: str) -> None:
    """The package `name`; its first letter says of which kind. `needs`: constraints by source."""
    kind = _KINDS[name[0]]
    entries = [
        {
            "apiVersion": "pkg.crossplane.io/v1",
            "kind": _KINDS[source.rpartition("/")[2][0]],
            "package": source,
            "version": constraint,
        }
        for source, constraint in needs.items()
    ]
    spec: dict[str, Any] = {"crossplane": {"version": ">=v2.0.0"}}
    if entries:
        spec["dependsOn"] = entries
    meta = {
        "apiVersion": "meta.pkg.crossplane.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }
    repository.write(f"packages/{name}/crossplane.yaml", yaml.safe_dump(meta))
    if kind == "Provider":
        crd = CRD.format(kind=name.title(), plural=f"{name}s")
        repository.write(f"packages/{name}/crds/crd.yaml", crd)
    build = f'xpkg_package(version="v1.0.0", {fields})\n'
    repository.write(f"packages/{name}/BUILD", build)


def emptied(made: Repository, home: Path, address: str) -> Repository:
    """The repository without the packages of the one before, for this registry."""
    made.clear()
    made.env["PANTS_XPKG_ENV_VARS"] = repr([f"HOME={home}", "PATH"])
    made.env["PANTS_XPKG_DEFAULT_REPOSITORY"] = "{name}"
    registries = {"main": {"address": address, "default": True}}
    made.env["PANTS_XPKG_REGISTRIES"] = repr(registries)
    return made


def digests(repository: Repository) -> dict[str, str]:
    """What was built: the digest of each package by its name."""
    reports = repository.root.glob("dist/packages.*/*.xpkg.json")
    return {path.name.partition(".")[0]: json.loads(path.read_text())["digest"] for path in reports}


@pytest.fixture(scope="module")
def registry(
    tmp_path_factory: pytest.TempPathFactory, running: Repository
) -> Iterator[DockerRegistry]:
    """With somebody else's packages. The one that nobody here asks for is needed by another one."""
    folder = tmp_path_factory.mktemp("vendor")
    with docker_registry(folder / "registry") as started:
        address = started.address
        vendor = emptied(running, folder / "home", f"{address}/vendor")
        for number in range(EXTERNAL):
            below = {f"{address}/vendor/v{number - 1}": ">=v1.0.0"} if number else {}
            write(vendor, f"v{number}", below, "")
        vendor.pants("publish", "::")
        yield started


@pytest.mark.parametrize(("mode", "pin"), [("tag", False), ("unresolved", True)])
def test_from_the_lock_to_the_cluster(
    tmp_path: Path,
    registry: DockerRegistry,
    running: Repository,
    judge: Judge,
    mode: str,
    pin: bool,
) -> None:
    address = registry.address
    team = f"{address}/team-{mode}"
    skopeo = need("skopeo")

    own = emptied(running, tmp_path / "home", team)
    written: dict[str, dict[str, str]] = {}
    for number in range(EACH):
        write(own, f"p{number}", {}, "")
        write(own, f"f{number}", {}, "")
        needs = {
            f"{team}/p{number}": ">=v1.0.0, <v2.0.0",
            f"{team}/f{number}": "v1.0.0",
            f"{address}/vendor/v{1 + number % (EXTERNAL - 1)}": ">=v1.0.0",
        }
        if number:
            needs[f"{team}/c{number - 1}"] = ">=v1.0.0"
        written[f"c{number}"] = needs
        write(own, f"c{number}", needs, f"pin_dependencies={pin}")
    own.write("install/BUILD", f'xpkg_install(packages=["packages/c{EACH - 1}"], mode="{mode}")\n')

    # What is locked is what the registry has, as another reader of registries sees it.
    own.pants("generate-lockfiles", "--resolve=xpkg")
    lock = json.loads((own.root / "xpkg.lock").read_text())
    locked = {entry["source"]: entry["digest"] for entry in lock["packages"]}
    assert sorted(locked) == [f"{address}/vendor/v{n}" for n in range(EXTERNAL)]
    for source, digest in locked.items():
        inspect = [skopeo, "inspect", "--tls-verify=false", "--format={{.Digest}}"]
        seen = subprocess.run(
            [*inspect, f"docker://{source}:v1.0.0"], check=True, stdout=subprocess.PIPE, text=True
        )
        assert seen.stdout.strip() == digest

    # All is built without a network, by what is in the lock and the cache.
    offline: tuple[str, ...] = ("unshare", "-rn")
    if subprocess.run([*offline, "true"], check=False, capture_output=True).returncode:
        reason = "this machine makes no network namespace (unshare -rn): the build is online"
        assert os.environ.get("CI") != "true", reason
        print(reason)
        offline = ()
    own.pants("--no-pantsd", "lint", "package", "packages::", prefix=offline)
    made = digests(own)
    assert len(made) == 3 * EACH

    # Everything arrives, and a second run has nothing to do.
    own.pants("publish", "packages::")
    writes = registry.requests("PUT") + registry.requests("POST")
    again = own.pants("publish", "packages::")
    assert registry.requests("PUT") + registry.requests("POST") == writes
    assert "pushed:" not in again.stdout
    known = {**locked, **{f"{team}/{name}": digest for name, digest in made.items()}}
    with closing(Registries({}, reading=True)) as connections:
        fetcher = RegistryFetcher(connections)
        for name, digest in made.items():
            fetched = fetcher.fetch(f"{team}/{name}", digest)
            meta = next(yaml.safe_load_all(fetched.stream))
            assert (meta["kind"], meta["metadata"]["name"]) == (_KINDS[name[0]], name)
            for entry in meta["spec"].get("dependsOn", ()):
                wanted = known if pin else written[name]
                assert entry["version"] == wanted[entry["package"]]

    # What a cluster installs: each package once, by its tag or its digest.
    shutil.rmtree(own.root / "dist")
    own.pants("package", "install")
    (path,) = own.root.glob("dist/install/*.yaml")
    objects = list(yaml.safe_load_all(path.read_text()))
    by_tag = mode == "tag"
    references = sorted(f"{s}:v1.0.0" if by_tag else f"{s}@{known[s]}" for s in known)
    assert sorted(found["spec"]["package"] for found in objects) == references
    assert judge.refusal(path.read_text()) == ""
