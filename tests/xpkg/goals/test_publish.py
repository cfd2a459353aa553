"""The publish goal: order, failures, what is left alone, and what it says of all that."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from tests.xpkg.publish_runner import HOST, PublishRunner, digest_of, reference


@pytest.fixture
def repository() -> Iterator[PublishRunner]:
    made = PublishRunner.create()
    yield made
    made.close()


def digest(name: str) -> str:
    return digest_of(f"name: {name}\n")


def published(name: str) -> str:
    return f"✓ {reference(name)} published to @main with {digest(name)}."


def test_a_package_is_published_and_then_up_to_date(repository: PublishRunner) -> None:
    repository.package("a")
    ran = repository.run()
    assert ran.exit_code == 0
    assert ran.lines == (published("a"),)
    assert ran.stdout == (
        f"pushed: {reference('a')} {digest('a')} "
        "(2 blobs, 1,234 bytes sent; 1 blob, 5 bytes skipped; 9 requests; 0.25 s)\n"
    )
    assert repository.registry == {reference("a"): digest("a")}

    again = repository.run()
    assert [r["command"] for r in again.requests] == ["plan"]
    assert again.lines == (f"- {reference('a')} skipped (up to date: {digest('a')}).",)
    assert again.exit_code == 0 and again.stdout == ""

    # A process of a session runs in each of them.
    repository.state("registry", {})
    assert repository.run().written == ["packages/a:a"]
    assert repository.registry == {reference("a"): digest("a")}


def test_the_output_has_the_numbers(repository: PublishRunner) -> None:
    repository.package("a")
    assert repository.run().output == [
        {
            "action": "pushed",
            "blobs_mounted": 0,
            "blobs_sent": 2,
            "blobs_skipped": 1,
            "bytes_sent": 1234,
            "bytes_skipped": 5,
            "digest": digest("a"),
            "exit_code": 0,
            "message": None,
            "names": [reference("a")],
            "package": "packages/a:a",
            "published": True,
            "publisher": "xpkg",
            "reference": reference("a"),
            "registry": HOST,
            "remote_digest": None,
            "repository": "a",
            "requests": 9,
            "seconds": 0.25,
            "status": f"published to @main with {digest('a')}",
            "tags": ["v1"],
            "target": "packages/a:a",
            "why": "the tag is not there",
        }
    ]
    (entry,) = repository.run().output
    assert (entry["action"], entry["published"]) == ("up to date", False)
    assert entry["remote_digest"] == entry["digest"] == digest("a")


def test_all_references_are_looked_up_at_once(repository: PublishRunner) -> None:
    for name in "abc":
        repository.package(name, image_tags=["{version}", "main"])
    ran = repository.run()
    (plan,) = [r for r in ran.requests if r["command"] == "plan"]
    assert [p["name"] for p in plan["packages"]] == [f"packages/{n}:{n}" for n in "abc"]
    assert plan["packages"][0]["references"] == [reference("a"), reference("a", "main")]
    assert plan["directory"] == str(repository.root)
    assert plan["registries"] == {HOST: {"insecure": False, "caFile": "", "mutableTags": []}}
    assert plan["byDigest"] is False
    assert ran.requests[0] == plan and len(ran.requests) == 2


def test_a_chain_is_published_from_its_end(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b", "c")
    repository.package("c")
    assert repository.run().written == ["packages/c:c", "packages/b:b", "packages/a:a"]


def test_dependencies_count_through_other_targets(repository: PublishRunner) -> None:
    repository.runner.write_files({"BUILD": "target(name='all', dependencies=['packages/z'])\n"})
    repository.package("a", "//:all")
    repository.package("z")
    assert repository.run().written == ["packages/z:z", "packages/a:a"]


def test_a_diamond_is_published_once_each(repository: PublishRunner) -> None:
    repository.package("a", "b", "c")
    repository.package("b", "d")
    repository.package("c", "d")
    repository.package("d")
    written = repository.run().written
    assert written[0] == "packages/d:d" and written[3] == "packages/a:a"
    assert set(written[1:3]) == {"packages/b:b", "packages/c:c"}


def test_what_a_package_depends_on_is_published_first(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b", "c")
    repository.package("c")
    ran = repository.run("packages/a")
    assert ran.written == ["packages/c:c", "packages/b:b", "packages/a:a"]
    assert ran.lines == (
        published("a"),
        published("b")[:-1] + " as a dependency: packages/b:b.",
        published("c")[:-1] + " as a dependency: packages/c:c.",
    )
    assert [e["target"] for e in ran.output] == ["packages/a:a"] * 3


def test_a_dependency_that_several_share_is_reported_once(repository: PublishRunner) -> None:
    repository.package("a", "shared")
    repository.package("b", "shared")
    repository.package("shared")
    ran = repository.run("packages/a", "packages/b")
    assert len(ran.lines) == 3
    assert ran.entry("packages/shared:shared")["target"] == "packages/a:a"


def test_a_failure_in_the_middle(repository: PublishRunner) -> None:
    repository.package("top", "middle")
    repository.package("middle", "bottom")
    repository.package("bottom")
    repository.package("other")
    repository.state("fail", {"publish": [reference("middle")]})
    ran = repository.run()
    assert ran.exit_code == 1
    assert ran.lines == (
        f"✓ {reference('bottom')} published to @main with {digest('bottom')}.",
        f"✓ {reference('other')} published to @main with {digest('other')}.",
        f"✕ {reference('middle')} failed for @main.",
        f"✕ {reference('top')} failed for @main: depends on packages/middle:middle, which failed.",
    )
    assert f"{reference('middle')}: It fell over.\n" in ran.stderr
    assert "packages/top:top is not published: it depends on packages/middle:middle" in ran.stderr
    assert ran.entry("packages/top:top")["action"] == "left out"
    assert set(repository.registry) == {reference("bottom"), reference("other")}

    repository.state("fail", {})
    again = repository.run()
    assert again.exit_code == 0
    assert again.written == ["packages/middle:middle", "packages/top:top"]


def test_only_those_that_failed_themselves_are_named(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b", "c")
    repository.package("c")
    repository.state("fail", {"publish": [reference("c")]})
    ran = repository.run()
    assert ran.entry("packages/a:a")["why"] == "depends on packages/c:c, which failed"


def test_a_tag_with_another_digest_stops_its_package(repository: PublishRunner) -> None:
    repository.package("a", image_tags=["new", "{version}"])
    repository.package("b", "a")
    repository.package("c")
    before = {reference("a"): digest_of("other")}
    repository.state("registry", before)
    ran = repository.run()
    assert ran.exit_code == 1
    assert ran.written == ["packages/c:c"]
    assert repository.registry == {**before, reference("c"): digest("c")}
    assert digest("a") in ran.stderr and digest_of("other") in ran.stderr
    assert ran.lines == (
        published("c"),
        f"✕ {reference('a', 'new')} failed for @main: another reference of the package stops it.",
        f"✕ {reference('a')} failed for @main: the tag has another digest.",
        f"✕ {reference('b')} failed for @main: depends on packages/a:a, which cannot be published.",
    )


def test_a_mutable_tag_is_moved(repository: PublishRunner) -> None:
    repository.options["mutable_tags"] = ["main", "v1-*"]
    repository.package("a", image_tags=["main", "v1-edge"])
    old = {reference("a", "main"): digest_of("x"), reference("a", "v1-edge"): digest_of("x")}
    repository.state("registry", old)
    assert repository.run().exit_code == 0
    assert set(repository.registry.values()) == {digest("a")}


def test_skip_push_of_a_dependency_is_obeyed(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b", skip_push=True)
    ran = repository.run()
    assert ran.written == ["packages/a:a"] and ran.exit_code == 0
    assert ran.lines == (
        "- packages/b:b skipped (by `skip_push` on packages/b:b).",
        published("a"),
    )


def test_skip_push_of_a_registry_is_obeyed(repository: PublishRunner) -> None:
    repository.options["skip_push"] = True
    repository.package("a")
    ran = repository.run()
    assert ran.requests == ()
    assert ran.lines == (f"- {reference('a')} skipped (by `skip_push` on registry @main).",)


def test_dependencies_can_be_left_to_their_owners(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b")
    option = "--no-xpkg-publish-dependencies"
    ran = repository.run("packages/a", args=(option,))
    assert ran.exit_code == 1 and ran.written == []
    assert "publish packages/b:b` first" in ran.stderr
    assert len(ran.lines) == 1
    assert repository.run("::", args=(option,)).written == ["packages/b:b", "packages/a:a"]
    repository.state("registry", {reference("b"): digest("b")})
    assert repository.run("packages/a", args=(option,)).written == ["packages/a:a"]


def test_a_dependency_that_does_not_lint(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b", text="broken")
    ran = repository.run("packages/a")
    assert ran.exit_code == 1 and ran.written == []
    assert "packages/b:b does not pass lint: XP999 it is broken" in ran.stderr
    assert "packages/a:a is not published: it depends on packages/b:b" in ran.stderr


def test_nothing_is_written_when_a_named_package_does_not_lint(repository: PublishRunner) -> None:
    repository.package("a")
    repository.package("b", text="broken")
    with pytest.raises(Exception, match="1 package cannot be built"):
        repository.run()
    assert repository.registry == {}


def test_dependencies_in_a_circle(repository: PublishRunner) -> None:
    repository.package("a", "b")
    repository.package("b", "a")
    repository.package("c")
    ran = repository.run()
    assert ran.exit_code == 1 and ran.written == []
    # What the registry has was looked up meanwhile, since the command line names all packages.
    (plan,) = ran.requests
    assert plan["command"] == "plan" and len(plan["packages"]) == 3
    cycle = "packages/a:a -> packages/b:b -> packages/a:a"
    assert f"cannot be published: Its dependencies form a cycle: {cycle}." in ran.stderr
    # What Pants says is about imports of source code.
    assert "import" not in ran.stderr


def test_a_version_that_is_missing(repository: PublishRunner) -> None:
    repository.package("a", version=None, image_tags=["{version}"])
    repository.package("b")
    ran = repository.run()
    assert ran.exit_code == 1 and ran.written == []
    assert "at packages/a:a is '{version}', but packages/a:a has no `version`" in ran.stderr


def test_the_repository_is_the_meta_objects_name(repository: PublishRunner) -> None:
    """Many repositories have all their packages in folders of one name, after which targets are
    called."""
    for name in "ab":
        repository.package(f"{name}/configuration", text=f"meta: package-{name}\n")
    ran = repository.run()
    assert ran.exit_code == 0
    assert set(repository.registry) == {reference("package-a"), reference("package-b")}


UNKNOWN = ["@nope"]


def test_nothing_is_sent_while_the_target_has_an_unknown_registry(
    repository: PublishRunner,
) -> None:
    """Not the dependency either, which is in order."""
    repository.package("a", "b", registries=UNKNOWN)
    repository.package("b")
    ran = repository.run("packages/a")
    assert ran.exit_code == 1 and ran.written == [] and repository.registry == {}
    assert ran.stderr.count("There is no registry with the alias '@nope'") == 1
    why = "nothing is sent while packages/a:a cannot be published"
    assert ran.lines == (
        "✕ packages/a:a failed.",
        f"✕ {reference('b')} failed for @main: {why}.",
    )


def test_nothing_is_sent_while_a_dependency_has_an_unknown_registry(
    repository: PublishRunner,
) -> None:
    """Nor what has nothing to do with it."""
    repository.package("a", "b")
    repository.package("b", "c", registries=UNKNOWN)
    repository.package("c")
    repository.package("other")
    ran = repository.run("packages/a", "packages/other")
    assert ran.exit_code == 1 and ran.written == [] and repository.registry == {}
    assert ran.entry("packages/c:c")["action"] == "left out"
    assert ran.entry("packages/other:other")["action"] == "left out"
    assert ran.entry("packages/a:a")["why"] == (
        "depends on packages/b:b, which cannot be published"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"registries": UNKNOWN},
        {"image_tags": ["{nope}"]},
        {"image_tags": ["{version}"], "version": None},
        {"image_tags": ["{env.NOT_SET}"]},
        {"image_tags": ["v1+7"]},
        {"repository": "{name.x}"},
        {"dependencies": ["packages/nowhere"]},
    ],
    ids=str,
)
def test_nothing_is_sent_while_a_field_is_wrong(
    repository: PublishRunner, fields: dict[str, Any]
) -> None:
    repository.package("a")
    repository.package("wrong", **fields)
    ran = repository.run()
    assert ran.exit_code == 1 and ran.written == [] and repository.registry == {}
    assert "nothing is sent while packages/wrong:wrong cannot be published" in str(ran.lines)


def test_nothing_is_sent_while_a_reference_is_wrong(repository: PublishRunner) -> None:
    """The tool says so, which reads references."""
    repository.package("a")
    repository.package("b")
    repository.state("misconfigured", [reference("b")])
    ran = repository.run()
    assert ran.exit_code == 1 and ran.written == [] and repository.registry == {}
    assert f"{reference('b')}: It is wrong." in ran.stderr


def test_what_a_registry_says_stops_its_package_only(repository: PublishRunner) -> None:
    for name in "abc":
        repository.package(name)
    repository.state("fail", {"plan": [reference("b")]})
    repository.state("registry", {reference("c"): digest_of("other")})
    ran = repository.run()
    assert ran.exit_code == 1 and ran.written == ["packages/a:a"]


def test_an_error_that_several_share_is_shown_once(repository: PublishRunner) -> None:
    """With the first of them; the others name that one, and each is counted."""
    names = [reference(name, tag) for name in "ab" for tag in ("v1", "main")]
    for name in "ab":
        repository.package(name, image_tags=["v1", "main"])
    repository.state("fail", {"plan": names})
    ran = repository.run()
    assert ran.stderr.count("It is down. Wait.") == 1
    assert f"{names[0]}: It is down. Wait.\n" in ran.stderr
    assert ran.lines == tuple(
        sorted(
            [
                f"✕ {names[0]} failed for @main: it is down.",
                *(
                    f"✕ {name} failed for @main: the same error as for {names[0]}."
                    for name in names[1:]
                ),
            ]
        )
    )
    # The order of the targets is that of a set of Pants, which the hash seed decides.
    messages = sorted(e["message"] for e in ran.output)
    assert messages == sorted(f"{name}: It is down. Wait." for name in names)
    repository.state("fail", {"publish": names})
    again = repository.run()
    assert again.stderr.count("It fell over.") == 1 and len(again.lines) == 4


def test_an_option_that_is_wrong_is_shown_once(repository: PublishRunner) -> None:
    for name in "abc":
        repository.package(name)
    repository.options["mutable_tag"] = []
    ran = repository.run()
    assert ran.exit_code == 1 and ran.requests == ()
    assert ran.stderr.count("mutable_tag (did you mean mutable_tags?)") == 1
    assert ran.lines == (
        "✕ packages/a:a failed.",
        *(f"✕ packages/{n}:{n} failed for the same reason as packages/a:a." for n in "bc"),
    )
    del repository.options["mutable_tag"]
    ran = repository.run(args=("--xpkg-default-repository={nope}",))
    assert ran.stderr.count("'nope' is unknown") == 1
    assert "`[xpkg].default_repository`" in ran.stderr


@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_process_that_dies(repository: PublishRunner, command: str) -> None:
    repository.package("a")
    repository.state("broken", [command])
    ran = repository.run()
    assert ran.exit_code == 1
    assert "failed: the process exited with code 1 (ValueError). Run it again" in ran.stderr
    assert "canary" not in ran.stderr + ran.stdout + str(ran.lines)


def test_one_process_publishes_all_that_is_to_be_written(repository: PublishRunner) -> None:
    """It learns what comes before what, and how many connections there may be."""
    repository.package("a", "b", "c")
    repository.package("b", "c")
    repository.package("c")
    repository.package("there")
    repository.state("registry", {reference("there"): digest("there")})
    ran = repository.run(args=("--xpkg-publish-connections=5",))
    plan, order = ran.requests
    assert (plan["command"], order["command"]) == ("plan", "publish")
    assert plan["connections"] == order["connections"] == 5
    assert [(p["name"], p["after"]) for p in order["packages"]] == [
        ("packages/c:c", []),
        ("packages/b:b", [0]),
        ("packages/a:a", [1]),
    ]


def test_what_was_published_before_the_process_was_killed(repository: PublishRunner) -> None:
    for name in "abc":
        repository.package(name)
    repository.state("kill", ["packages/b:b"])
    ran = repository.run()
    assert ran.exit_code == 1
    assert set(repository.registry) == {reference("a")}
    assert ran.entry("packages/a:a")["action"] == "pushed"
    assert [ran.entry(f"packages/{n}:{n}")["action"] for n in "bc"] == ["failed"] * 2
    assert ran.lines == tuple(
        sorted(
            [
                published("a"),
                f"✕ {reference('b')} failed for @main: the process failed.",
                f"✕ {reference('c')} failed for @main: the same error as for {reference('b')}.",
            ]
        )
    )
    repository.state("kill", [])
    assert repository.run().written == ["packages/b:b", "packages/c:c"]


def test_no_reference_is_looked_up_before_all_named_are_built(repository: PublishRunner) -> None:
    repository.package("a")
    repository.package("b", text="broken")
    with pytest.raises(Exception, match="1 package cannot be built"):
        repository.run()
    assert not (repository.folder / "runs.jsonl").exists()
    # A package that is not named stands in nobody's way.
    assert repository.run("packages/a").exit_code == 0


@pytest.mark.parametrize("option", ["--dynamic-ui", "--no-dynamic-ui"])
def test_a_package_that_begins_is_announced(repository: PublishRunner, option: str) -> None:
    """By a line of the log, whether or not there is a terminal."""
    repository.package("a", "b")
    repository.package("b")
    ran = repository.run(args=(option,))
    for number, name in enumerate("ba", start=1):
        line = f"Publishing packages/{name}:{name} ({number} of 2, 1,200,034 bytes)"
        # Pants since 2.31 says once more that the rule completed.
        assert ran.stderr.replace(f"Completed: Scheduling: {line}", "").count(line) == 1
    assert repository.run(args=(option,)).stderr.count("Publishing") == 0


def test_a_package_is_announced_while_the_process_runs(repository: PublishRunner) -> None:
    """It does not end before somebody has seen that the second package has begun."""
    repository.package("a")
    repository.package("b")
    repository.state("hold", ["packages/b:b"])

    def release(stderr: Path) -> None:
        while "Publishing packages/b:b (2 of 2" not in stderr.read_text():
            time.sleep(0.05)
        (repository.folder / "released").touch()

    repository.meanwhile = release
    ran = repository.run()
    assert ran.exit_code == 0, ran.stderr
    assert set(repository.registry) == {reference("a"), reference("b")}


def test_without_a_way_to_know_what_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each package is then published with a plan of its own."""

    class Unknown:
        @property
        def options(self) -> None:
            raise AttributeError("Pants has other private means")

    monkeypatch.setattr("xpkg.named_packages.SpecsParser", Unknown())
    repository = PublishRunner.create()
    repository.package("a", "b")
    repository.package("b")
    ran = repository.run()
    assert ran.exit_code == 0
    assert set(repository.registry) == {reference("a"), reference("b")}
    assert [r["command"] for r in ran.requests].count("plan") == 2
    repository.close()
