"""`pants publish` of packages that depend on each other, to a real registry."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.integration.docker_registry import DockerRegistry
from tests.integration.repository import CRD, Repository, Run, write_provider


def package(repository: Repository, name: str, *dependencies: str, more: str = "") -> None:
    write_provider(repository, name, name)
    fields = f'version="v1", dependencies={list(dependencies)!r}, {more}'
    repository.write(f"{name}/BUILD", f"xpkg_package({fields})\n")


def change(repository: Repository, name: str) -> None:
    """Gives the package another digest."""
    repository.write(f"{name}/crds/things.yaml", CRD.format(kind="Other", plural="others"))


def publish(
    repository: Repository, address: str, *args: str, expect: int = 0, **registry: Any
) -> Run:
    table = {"main": {"address": address, "default": True, **registry}}
    return repository.pants("publish", f"--xpkg-registries={table!r}", *args, expect=expect)


def pushed(run: Run) -> list[str]:
    """The repositories that something was sent to, in the order in which that was said."""
    return re.findall(r"^pushed: \S+/(\w+):v1 ", run.stdout, re.MULTILINE)


def test_a_diamond_from_its_top(repository: Repository, plain_registry: DockerRegistry) -> None:
    package(repository, "top", "left", "right")
    package(repository, "left", "bottom")
    package(repository, "right", "bottom")
    package(repository, "bottom")
    run = publish(repository, plain_registry.address, "top")
    assert sorted(pushed(run)) == ["bottom", "left", "right", "top"]
    tags = re.findall(r'"PUT /v2/(\w+)/manifests/v1 ', plain_registry.log.read_text())
    assert tags[0] == "bottom" and tags[3] == "top" and sorted(tags[1:3]) == ["left", "right"]


def test_a_refusal_in_the_middle_of_a_chain(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    package(repository, "a", "b")
    package(repository, "b", "c")
    package(repository, "c")
    package(repository, "other")
    address = plain_registry.address
    publish(repository, address, "b")
    change(repository, "b")
    writes = plain_registry.requests("PUT")
    run = publish(repository, address, "::", expect=1)
    assert pushed(run) == ["other"]
    # Nothing but `other` was written: two of its blobs, its config, its manifest twice.
    assert plain_registry.requests("PUT") - writes <= 5
    refusal = run.output[run.output.index("error publish-refused") :].partition("help:")[0]
    assert len(set(re.findall(r"sha256:\w{64}", refusal))) == 2
    assert (
        f"✕ {address}/b:v1 failed for @main: The release exists with another digest." in run.output
    )
    assert f"✕ {address}/a:v1 failed for @main: depends on b:b, which cannot be" in run.output
    assert f"- {address}/c:v1 skipped (up to date: " in run.output

    # A new version is the remedy; the second run finishes the rest.
    build = (repository.root / "b/BUILD").read_text()
    repository.write("b/BUILD", build.replace('"v1"', '"v2"'))
    again = publish(repository, address, "::")
    assert pushed(again) == ["a"]
    assert f"pushed: {address}/b:v2 " in again.stdout


def test_a_mutable_tag_moves(repository: Repository, plain_registry: DockerRegistry) -> None:
    package(repository, "a", more='image_tags=["edge"]')
    for _ in range(2):
        run = publish(repository, plain_registry.address, "a", mutable_tags=["edge"])
        assert f"pushed: {plain_registry.address}/a:edge" in run.stdout
        change(repository, "a")


def test_skip_push_of_a_dependency(repository: Repository, plain_registry: DockerRegistry) -> None:
    package(repository, "a", "b")
    package(repository, "b", more="skip_push=True")
    run = publish(repository, plain_registry.address, "a")
    assert pushed(run) == ["a"]
    assert "- b:b skipped (by `skip_push` on b:b)." in run.output


def test_dependencies_left_to_their_owners(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    package(repository, "a", "b")
    package(repository, "b")
    address, option = plain_registry.address, "--no-xpkg-publish-dependencies"
    run = publish(repository, address, option, "a", expect=1)
    assert "a:a is not published: it depends on b:b, which the registry lacks." in run.output
    assert "publish b:b` first" in run.output
    assert plain_registry.requests("PUT") == 0
    publish(repository, address, option, "b")
    assert pushed(publish(repository, address, option, "a")) == ["a"]


def test_the_plan(repository: Repository, plain_registry: DockerRegistry, tmp_path: Path) -> None:
    address = plain_registry.address
    package(repository, "a", "b")
    package(repository, "b")
    publish(repository, address, "b")
    package(repository, "new", more='image_tags=["{version}", "x", "y"]')
    publish(repository, address, "new")
    repository.write("new/BUILD", 'xpkg_package(version="v1", image_tags=["v1", "z"])\n')
    writes = plain_registry.requests("PUT") + plain_registry.requests("POST")
    report = tmp_path / "plan.json"
    options = ("--xpkg-publish-plan", f"--publish-output={report}")
    run = publish(repository, address, *options, "::")
    assert [line.split("  ")[0] for line in run.stdout.splitlines()[:5]] == [
        "ACTION",
        "up to date",
        "up to date",
        "tag only",
        "push",
    ]
    assert "Nothing was written." in run.stdout and "- Nothing published." in run.output
    actions = {
        e["reference"]: e["action"] for e in json.loads(report.read_text()) if "plan" not in e
    }
    assert actions == {
        f"{address}/a:v1": "push",
        f"{address}/b:v1": "up to date",
        f"{address}/new:v1": "up to date",
        f"{address}/new:z": "tag only",
    }

    change(repository, "b")
    conflict = publish(repository, address, *options, "::", expect=1)
    entries = {e.get("reference"): e for e in json.loads(report.read_text())}
    refused = entries[f"{address}/b:v1"]
    assert refused["action"] == "REFUSED" and refused["remote_digest"] != refused["digest"]
    assert refused["digest"] in conflict.output and refused["remote_digest"] in conflict.output
    assert entries[f"{address}/a:v1"]["action"] == "left out"
    assert entries[None]["plan"] == "conflicts"
    assert plain_registry.requests("PUT") + plain_registry.requests("POST") == writes


def test_what_a_daemon_remembers_is_not_published(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    """The engine checks what it kept from the last run by asking for it again."""
    address = plain_registry.address
    package(repository, "a", more='image_tags=["edge"]')
    publish(repository, address, "a", mutable_tags=["edge"])
    change(repository, "a")
    log = len(plain_registry.log.read_text())
    publish(repository, address, "a", mutable_tags=["edge"])
    puts = re.findall(r'"PUT /v2/a/manifests/(\S+) ', plain_registry.log.read_text()[log:])
    assert len(puts) == 2 and puts[1] == "edge"


def test_two_packages_under_one_reference(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    package(repository, "a", more='repository="same"')
    package(repository, "b", more='repository="same"')
    package(repository, "c")
    run = publish(repository, plain_registry.address, "::", expect=1)
    line = f"✕ {plain_registry.address}/same:v1 failed for @main: "
    assert run.output.count(f"{line}Several packages would be published here.") == 1
    assert run.output.count(f"{line}the same error as for a:a.") == 1
    assert run.output.count("Several packages with different digests") == 1
    assert plain_registry.requests("PUT") == 0


def test_nothing_is_sent_while_something_is_wrong_here(
    repository: Repository, plain_registry: DockerRegistry
) -> None:
    """The dependency is in order, and so is what has nothing to do with it; nothing is written."""
    address = plain_registry.address
    package(repository, "a", "b", more='registries=["@nope"]')
    package(repository, "b")
    package(repository, "c", more='image_tags=["{env.NOT_SET}"]')
    package(repository, "d", more='image_tags=["v 1"]')
    package(repository, "other")
    run = publish(repository, address, "::", expect=1)
    for error in (
        "There is no registry with the alias '@nope'",
        "The environment variable NOT_SET is not set",
        "not allowed here in a tag",
    ):
        assert run.output.count(error) == 1
    for name in ("b", "other"):
        assert f"✕ {address}/{name}:v1 failed for @main: nothing is sent while a:a, c:c, d:d" in (
            run.output
        )
    assert plain_registry.requests("PUT") == plain_registry.requests("POST") == 0
    package(repository, "a", "b")
    run = publish(repository, address, "a")
    assert sorted(pushed(run)) == ["a", "b"]
    # Without a terminal a line says that a package begins.
    (first, second) = re.findall(r"\[INFO\] Publishing (\S+) \((\d) of 2, ", run.output)
    assert (first, second) == (("b:b", "1"), ("a:a", "2"))
