"""The plan that `--xpkg-publish-plan` shows."""

from __future__ import annotations

from typing import Iterator

import pytest

from tests.xpkg.publish_runner import HOST, PublishRunner, Ran, digest_of, reference


@pytest.fixture
def repository() -> Iterator[PublishRunner]:
    made = PublishRunner.create()
    yield made
    made.close()


def plan(repository: PublishRunner, *specs: str) -> Ran:
    before = repository.registry
    ran = repository.run(*specs, args=("--xpkg-publish-plan",))
    assert ran.written == [] and repository.registry == before
    assert ran.lines == ("- Nothing published.",)
    return ran


def rows(ran: Ran) -> list[tuple[str, ...]]:
    """The cells of the table, which two spaces part."""
    shown = ran.stdout or ran.stderr
    table = shown[shown.index("ACTION") :].split("\n\n")[0]
    cells = [line.split("  ") for line in table.splitlines()[1:]]
    return [tuple(cell.strip() for cell in row if cell.strip()) for row in cells]


def test_each_action(repository: PublishRunner) -> None:
    short = {name: digest_of(f"name: {name}\n")[7:19] for name in ("new", "same", "moved")}
    repository.package("new")
    repository.package("same")
    repository.package("moved")
    repository.package("skipped", skip_push=True)
    other = digest_of("other")
    repository.state(
        "registry", {reference("same"): digest_of("name: same\n"), reference("moved"): other}
    )
    ran = plan(repository)
    assert ran.exit_code == 1
    assert ran.requests[0]["byDigest"] is True
    assert rows(ran) == [
        (
            "REFUSED",
            reference("moved"),
            short["moved"],
            other[7:19],
            "the tag has another digest [1]",
        ),
        ("push", reference("new"), short["new"], "-", "the tag is not there"),
        ("up to date", reference("same"), short["same"], short["same"], "the tag has this digest"),
        (
            "skip",
            "packages/skipped:skipped",
            ran.stderr.split("skipped:skipped")[1].split()[0],
            "-",
            "`skip_push` on the target",
        ),
    ]
    totals = "REFUSED: 1, push: 1, skip: 1, up to date: 1 (3 requests). Nothing was written."
    assert totals in ran.stderr
    assert f"[1] It is {other}, and this is {digest_of('name: moved' + chr(10))}." in ran.stderr


def test_the_output_is_that_of_the_plan(repository: PublishRunner) -> None:
    repository.package("a")
    ran = plan(repository)
    assert ran.exit_code == 0 and "ACTION" in ran.stdout
    # The order depends on the version of Pants.
    entry, summary = sorted(ran.output, key=lambda found: "plan" in found)
    assert summary["plan"] == "ok" and summary["references"] == 1 and summary["requests"] == 1
    assert entry == {
        "action": "push",
        "digest": digest_of("name: a\n"),
        "message": None,
        "names": [],
        "package": "packages/a:a",
        "published": False,
        "publisher": "xpkg",
        "reference": reference("a"),
        "registry": HOST,
        "remote_digest": None,
        "repository": "a",
        "status": "planned",
        "tags": ["v1"],
        "target": "packages/a:a",
        "why": "the tag is not there",
    }


def test_what_follows_from_dependencies_is_shown(repository: PublishRunner) -> None:
    repository.package("top", "bottom")
    repository.package("bottom", "lost")
    repository.package("lost", text="broken")
    ran = plan(repository, "packages/top")
    assert ran.exit_code == 1
    why = "depends on packages/lost:lost, which cannot be published"
    assert [(row[0], row[-1]) for row in rows(ran)] == [
        ("failed", "does not pass lint [1]"),
        ("left out", why),
        ("left out", why),
    ]
    assert "failed: 1, left out: 2 (2 requests)" in ran.stderr
    assert "\n[1] XP999 it is broken" in ran.stderr


def test_an_error_is_shown_once_and_each_row_is_counted(repository: PublishRunner) -> None:
    names = [reference(name, tag) for name in "ab" for tag in ("v1", "main")]
    for name in "ab":
        repository.package(name, image_tags=["v1", "main"])
    repository.package("c", registries=["@nope"])
    repository.package("d", registries=["@nope"])
    repository.state("fail", {"plan": names})
    ran = plan(repository)
    assert [(row[0], row[1], row[-1]) for row in rows(ran)] == [
        *(("failed", name, "it is down [1]") for name in names),
        *(("failed", f"packages/{n}:{n}", "cannot be published [2]") for n in "cd"),
    ]
    assert "failed: 6 (4 requests). Nothing was written." in ran.stderr
    assert ran.stderr.count("It is down. Wait.") == 1
    assert "\n[1] It is down. Wait.\n" in ran.stderr
    assert ran.stderr.count("There is no registry with the alias '@nope'") == 1


def test_a_table_longer_than_an_argument_may_be(repository: PublishRunner) -> None:
    tags = [f"{'t' * 100}-{number}" for number in range(800)]
    repository.package("a", image_tags=tags)
    ran = plan(repository)
    assert len(ran.stdout) > 128 * 1024
    assert [row[1] for row in rows(ran)] == [reference("a", tag) for tag in tags]


@pytest.mark.parametrize("args", [(), ("--xpkg-publish-plan",)])
def test_what_is_doubtful_is_said_once(repository: PublishRunner, args: tuple[str, ...]) -> None:
    repository.package("first", version="v1.2")
    repository.package("second", version="v1.2.3", repository="packages/shared")
    repository.package("third", version="v1.2.4", repository="packages/shared")
    ran = repository.run(args=args)
    assert ran.exit_code == 0
    assert ran.stderr.count("'v1.2' is not a complete semantic version") == 1
    assert ran.stderr.count("are published to one repository") == 1
    assert "packages/second:second (second) and packages/third:third (third)" in ran.stderr
