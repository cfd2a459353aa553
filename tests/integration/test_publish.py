"""`pants publish` to a real registry and to an OCI layout directory."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.docker_registry import PASSWORD, USER, DockerRegistry, need
from tests.integration.repository import Repository, write_provider


@pytest.fixture(scope="module")
def repository(running: Repository) -> Repository:
    made = running
    made.clear()
    write_provider(made, "packages/a", "provider-a")
    write_provider(made, "packages/b", "provider-b")
    for name in ("a", "b"):
        made.write(
            f"packages/{name}/BUILD",
            'xpkg_package(version="v1.2.3", repository="team/{package}")\n',
        )
    return made


def registries(**tables: dict[str, object]) -> str:
    return f"--xpkg-registries={tables!r}"


def packaged_digests(repository: Repository) -> dict[str, str]:
    """The digests that `package` prints, by target name."""
    output = repository.pants("package", "packages::").output
    lines = [line.strip() for line in output.splitlines()]
    printed = [line for line in lines if line.startswith("sha256:")]
    described = {
        name: json.loads((repository.root / f"dist/packages.{name}/{name}.xpkg.json").read_text())
        for name in ("a", "b")
    }
    digests = {name: str(description["digest"]) for name, description in described.items()}
    assert sorted(printed) == sorted(digests.values())
    return digests


def served_digest(address: str, repository: str, tag: str, *options: str) -> str:
    name = f"docker://{address}/{repository}:{tag}"
    done = subprocess.run(
        [need("skopeo"), "inspect", "--tls-verify=false", "--format={{.Digest}}", *options, name],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_package_publish_and_registry_agree(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    address = plain_registry.address
    option = registries(main={"address": address, "default": True, "extra_image_tags": ["main"]})
    digests = packaged_digests(repository)
    run = repository.pants("publish", option, "packages::")
    for name, digest in digests.items():
        for tag in ("v1.2.3", "main"):
            reference = f"{address}/team/provider-{name}:{tag}"
            assert f"{reference} {digest} (" in run.stdout
            assert f"{reference} published to @main with {digest}." in run.output
            assert served_digest(address, f"team/provider-{name}", tag) == digest
    before, before_heads = plain_registry.requests(), plain_registry.requests("HEAD")
    again = repository.pants("publish", option, "packages::")
    assert again.output.count("skipped (up to date: ") == 4
    # One request for each reference, and one to learn how the registry wants to be asked.
    assert plain_registry.requests("HEAD") - before_heads == 4
    assert plain_registry.requests() - before == 5


def test_the_report_is_structured(
    repository: Repository, plain_registry: DockerRegistry, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    option = registries(main={"address": plain_registry.address, "default": True})
    repository.pants("publish", option, f"--publish-output={report}", "packages/a")
    (entry,) = json.loads(report.read_text())
    assert entry["published"] is True
    assert entry["target"] == "packages/a:a"
    assert entry["digest"] == packaged_digests(repository)["a"]
    assert entry["tags"] == ["v1.2.3"]


def test_basic_authentication(
    repository: Repository, basic_registry: DockerRegistry, tmp_path: Path
) -> None:
    address = basic_registry.address
    option = registries(main={"address": address, "default": True})

    def login(password: str) -> dict[str, str]:
        auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
        config = {"auths": {address: {"auth": auth}}}
        (tmp_path / "config.json").write_text(json.dumps(config))
        return {"DOCKER_CONFIG": str(tmp_path)}

    digest = packaged_digests(repository)["a"]
    run = repository.pants("publish", option, "packages/a", env=login(PASSWORD))
    assert digest in run.output
    credentials = f"--creds={USER}:{PASSWORD}"
    assert served_digest(address, "team/provider-a", "v1.2.3", credentials) == digest

    run = repository.pants("publish", option, "packages/b", env=login("canary-wrong"), expect=1)
    assert address in run.output and str(tmp_path / "config.json") in run.output
    assert "help:" in run.output
    for secret in (PASSWORD, "canary-wrong", base64.b64encode(b"alice:canary-wrong").decode()):
        assert secret not in run.output

    run = repository.pants(
        "publish", option, "packages/b", env={"DOCKER_CONFIG": "/nowhere"}, expect=1
    )
    assert f"docker login {address}" in run.output or "credential" in run.output


def test_a_registry_that_is_down(repository: Repository) -> None:
    option = registries(main={"address": "127.0.0.1:1", "default": True})
    run = repository.pants("publish", option, "packages::", expect=1)
    for name in ("a", "b"):
        assert f"127.0.0.1:1/team/provider-{name}:v1.2.3 failed for @main" in run.output
    # The error is said once, with the first of them.
    assert run.output.count("help:") == run.output.count("the same error as for") == 1
    assert run.stdout == ""


def test_a_package_goes_to_all_its_registries_or_none(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    """And one registry that is down does not stop the packages that go elsewhere."""
    option = registries(
        down={"address": "127.0.0.1:1", "default": True},
        up={"address": plain_registry.address, "default": True},
    )
    write_provider(repository, "others/up", "provider-up")
    repository.write("others/up/BUILD", 'xpkg_package(version="v1", registries=["@up"])\n')
    run = repository.pants("publish", option, "packages/a", "others/up", expect=1)
    assert run.output.count("published to @up") == 1
    assert "team/provider-a:v1.2.3 failed for @up: another reference of the package" in run.output
    assert run.output.count("failed for @down") == 1


def test_skip_push(repository: Repository, plain_registry: DockerRegistry) -> None:
    option = registries(
        main={"address": plain_registry.address, "default": True, "skip_push": True}
    )
    run = repository.pants("publish", option, "packages/a")
    assert "skipped (by `skip_push` on registry @main)" in run.output
    write_provider(repository, "others/c", "provider-c")
    repository.write("others/c/BUILD", "xpkg_package(skip_push=True)\n")
    run = repository.pants("publish", option, "others/c")
    assert "skipped (by `skip_push` on others/c:c)" in run.output
    assert plain_registry.requests("PUT") == 0


def test_an_oci_layout_directory(repository: Repository) -> None:
    digests = packaged_digests(repository)
    run = repository.pants("publish", "packages/a", "packages/b")
    layout = repository.root / "dist/registry"
    index = json.loads((layout / "index.json").read_text())
    named = {
        entry["annotations"]["org.opencontainers.image.ref.name"]: entry["digest"]
        for entry in index["manifests"]
    }
    assert named == {f"team/provider-{name}:v1.2.3": digest for name, digest in digests.items()}
    assert run.output.count("pushed: ") == 2
    files = {path: path.stat().st_mtime_ns for path in layout.rglob("*")}
    again = repository.pants("publish", "packages/a", "packages/b")
    assert again.output.count("skipped (up to date: ") == 2
    assert {path: path.stat().st_mtime_ns for path in layout.rglob("*")} == files
