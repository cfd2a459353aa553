"""The warnings about where packages go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pants.engine.addresses import Address

from xpkg.publishing.candidate import Candidate
from xpkg.publishing.destinations import Destination
from xpkg.publishing.notes import notes
from xpkg.registries import Registry

MAIN = Registry("registry.example.org", mutable_tags=("latest", "v[0-9]", "v[0-9].x"))


def candidate(name: str, repository: str, *tags: str, registry: Registry = MAIN) -> Candidate:
    destinations = tuple(Destination(registry, repository, tag) for tag in tags)
    return Candidate(
        Address(f"packages/{name}"), f"sha256:{name}", destinations=destinations, package_name=name
    )


@pytest.mark.parametrize("tag", ["v1.2", "1.2", "1.2.3.4", "V1.2.3", "v1.2.3.4", "v10", "1.2-rc.1"])
def test_a_tag_that_is_nearly_a_version(tag: str) -> None:
    (note,) = notes([candidate("a", "team/a", tag)])
    assert "packages/a" in note and repr(tag) in note and "mutable_tags" in note


@pytest.mark.parametrize(
    "tag",
    [
        *("v1.2.3", "1.2.3", "v1.2.3-rc.1", "v0.0.0-5.gabc", "latest", "main", "pr-12", "20260102"),
        # Declared to move, so that no one takes it for a release.
        *("v1", "v1.x"),
    ],
)
def test_a_tag_that_is_a_version_or_is_meant_to_be_none(tag: str) -> None:
    assert notes([candidate("a", "team/a", tag)]) == ()


def test_a_complete_version_beside_it_is_found() -> None:
    assert notes([candidate("a", "team/a", "v1.2", "v1.2.3")]) == ()
    elsewhere = candidate("a", "other/a", "v1.2.3").destinations
    both = candidate("a", "team/a", "v1.2")
    assert len(notes([replace(both, destinations=both.destinations + elsewhere)])) == 1


def test_the_remedy_is_a_complete_version() -> None:
    for tag, right in (("v1.2", "v1.2.0"), ("1.2.3.4", "1.2.3"), ("V1.2.3", "v1.2.3")):
        (note,) = notes([candidate("a", "team/a", tag)])
        assert repr(right) in note
        assert notes([candidate("a", "team/a", right)]) == ()


def test_nothing_is_said_of_what_goes_nowhere() -> None:
    off = Registry("registry.example.org", skip_push=True)
    packages = [candidate("a", "team/a", "v1.2", registry=off), candidate("b", "team/a", "v1.0.0")]
    assert notes(packages) == ()


def test_two_packages_in_one_repository() -> None:
    first, second = candidate("a", "team/a", "v1.0.0"), candidate("b", "team/a", "v1.0.1")
    (note,) = notes([second, first])
    assert "packages/a:a" in note and "packages/b:b" in note
    assert "registry.example.org/team/a" in note
    other = Registry("registry.example.com")
    assert notes([first, candidate("b", "team/a", "v1.0.1", registry=other)]) == ()


def test_release_lines_share_a_repository() -> None:
    first, second = candidate("a", "team/a", "v1.0.0"), candidate("b", "team/a", "v2.0.0")
    assert notes([first, replace(second, package_name="a")]) == ()


def test_two_packages_of_one_name() -> None:
    first = candidate("a", "team/a", "v1.0.0")
    second = replace(candidate("b", "team/b", "v1.0.0"), package_name="a")
    (note,) = notes([first, second])
    assert "packages/a:a" in note and "packages/b:b" in note
    # The same package, or another edition of it.
    assert notes([first, replace(second, digest=first.digest)]) == ()
    staging = replace(candidate("b", "staging/a", "v1.0.0"), package_name="a")
    assert notes([first, staging]) == ()
