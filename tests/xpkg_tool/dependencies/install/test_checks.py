"""What would keep packages from being installed together, by the facts of the package manager."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.xpkg_tool.cases import VECTORS
from tests.xpkg_tool.dependencies.install.closures import (
    CONFIGURATION,
    FUNCTION,
    HOST,
    PROVIDER,
    SMALL,
    digest_of,
    manifest,
    messages,
    package,
    pinned,
)
from xpkg_tool.dependencies.install.checks import is_accepted
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS
from xpkg_tool.diagnostics.finding import WARNING
from xpkg_tool.messages.install import InstallOptions
from xpkg_tool.package.semver import Dialect

PINNED = tuple(map(pinned, SMALL))


@pytest.mark.parametrize(
    ("packages", "mode"),
    [(SMALL, "tag"), (PINNED, "pinned"), (SMALL, "unresolved"), (PINNED, "unresolved")],
)
def test_each_mode_is_consistent(packages, mode) -> None:  # type: ignore[no-untyped-def]
    assert messages(manifest(*packages, mode=mode)) == []


def test_ranges_by_digest() -> None:
    """A package that is installed by digest fails every range."""
    made = manifest(*SMALL, mode="pinned")
    assert [code for code, _ in messages(made)] == ["XP163"] * 2
    assert "satisfies no range of versions" in messages(made)[0][1]
    assert made.failed


def test_digests_by_tag() -> None:
    made = manifest(*PINNED, mode="tag")
    assert [code for code, _ in messages(made)] == ["XP163"] * 2
    assert 'mode="pinned"' in made.findings[0].remedy


def test_another_digest() -> None:
    stale = replace(FUNCTION, digest=digest_of("newer"))
    made = manifest(PINNED[0], stale, PROVIDER, mode="pinned")
    assert [code for code, _ in messages(made)] == ["XP163"]
    assert f"its digest is {stale.digest}" in messages(made)[0][1]
    assert "`pin_dependencies=True`" in made.findings[0].remedy
    locked = replace(stale, origin="xpkg.lock", is_locked=True)
    made = manifest(PINNED[0], locked, PROVIDER, mode="pinned")
    assert "give both targets the same `resolve`" in made.findings[0].remedy


def test_a_version_that_is_a_digest() -> None:
    """A lock has no tag where a dependent asks for a digest."""
    locked = replace(PROVIDER, version=PROVIDER.digest)
    only = package("a", needs=[("Provider", "team/provider-b", PROVIDER.digest)])
    made = manifest(only, locked)
    assert messages(made) == []
    assert made.objects[0]["spec"]["package"] == f"{PROVIDER.source}@{PROVIDER.digest}"
    both = package("b", needs=[("Provider", "team/provider-b", ">=v1.0.0"), *_needs(only)])
    assert [code for code, _ in messages(manifest(both, only, locked))] == ["XP163"]


def _needs(other):  # type: ignore[no-untyped-def]
    return [("Configuration", other.source, ">=v1.0.0")]


@pytest.mark.parametrize(
    ("constraint", "version", "code"),
    [
        (">=v1.0.0", "v1.2.3", None),
        (">=v2.0.0", "v1.2.3", "XP163"),
        (">=v1.0.0", "v1.3.0-rc.1", "XP163"),
        ("*", "latest", "XP163"),
        ("not a constraint", "v1.2.3", None),  # Of which lint has a finding.
    ],
)
def test_ranges(constraint: str, version: str, code: str | None) -> None:
    needed = package("f", "Function", version)
    made = manifest(package("a", needs=[("Function", "f", constraint)]), needed)
    assert [found for found, _ in messages(made)] == ([code] if code else [])


def test_a_range_that_nothing_checks_is_a_warning() -> None:
    needed = package("f", "Function", "v1.0.0")
    made = manifest(package("a", needs=[("Function", "f", ">=v2.0.0")]), needed, mode="unresolved")
    assert [(f.code, f.severity) for f in made.findings] == [("XP163", WARNING)]
    assert not made.failed


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("localhost:5000/a/b", "has no dot"),
        ("localhost/a", "has no dot"),
        ("registry:5000/a", "has no dot"),
        ("team/a", "is not a reference that the API server accepts"),
        ("a", "is not a reference that the API server accepts"),
        ("registry.example.org/___", "No name for an object"),
    ],
)
@pytest.mark.parametrize("mode", ["tag", "pinned", "unresolved"])
def test_references_that_no_cluster_accepts(source: str, says: str, mode) -> None:  # type: ignore[no-untyped-def]
    made = manifest(package("x", source=source), mode=mode)
    assert [code for code, _ in messages(made)] == ["XP160"]
    assert says in messages(made)[0][1]


@pytest.mark.parametrize("source", ["reg.local:5000/x", "127.0.0.1:5000/a/b", f"{HOST}/a_b/c"])
def test_references_that_a_cluster_accepts(source: str) -> None:
    assert messages(manifest(package("x", source=source))) == []


def test_no_tag() -> None:
    made = manifest(package("x", version=""))
    assert [code for code, _ in messages(made)] == ["XP160"]
    assert messages(manifest(package("x", version=""), mode="unresolved")) == []


def test_names_that_are_equal() -> None:
    """docker.io and index.docker.io are two sources."""
    one = package("x", "Provider", source="docker.io/team/x")
    other = package("y", "Provider", source="index.docker.io/team/x")
    made = manifest(one, other, roots=(one.source, other.source))
    assert [code for code, _ in messages(made)] == ["XP161"]
    assert "both installed as the Provider team-x" in messages(made)[0][1]
    long = "team/" + "long-" * 12
    pair = [package(f"{long}{n}", "Function", source=f"{HOST}/{long}{n}") for n in "ab"]
    assert [c for c, _ in messages(manifest(*pair, roots=tuple(p.source for p in pair)))] == [
        "XP161"
    ]


def test_one_name_of_two_kinds() -> None:
    one = package("x", "Provider", source="docker.io/team/x")
    other = package("y", "Function", source="index.docker.io/team/x")
    assert messages(manifest(one, other, roots=(one.source, other.source))) == []


def test_a_kind_that_does_not_fit() -> None:
    made = manifest(package("a", needs=[("Provider", "team/function-a", "*")]), FUNCTION)
    assert [code for code, _ in messages(made)] == ["XP164"]


@pytest.mark.parametrize(
    ("packages", "mode", "reference", "says"),
    [
        (SMALL, "tag", "tag@digest", "takes the tag for a part of the source"),
        (SMALL, "tag", "digest", "to be installed by digest in the mode 'tag'"),
        (PINNED, "pinned", "tag", "to be installed by tag in the mode 'pinned'"),
        (PINNED, "pinned", "tag@digest", "takes the tag for a part of the source"),
    ],
)
def test_modes_do_not_mix(packages, mode, reference, says) -> None:  # type: ignore[no-untyped-def]
    override = {FUNCTION.source: InstallOptions(reference=reference)}
    made = manifest(*packages, mode=mode, overrides=override)
    assert [code for code, _ in messages(made)] == ["XP161"]
    assert says in messages(made)[0][1]


def test_a_package_that_nothing_needs_may_be_named_as_one_likes() -> None:
    override = {CONFIGURATION.source: InstallOptions(reference="tag@digest")}
    made = manifest(*SMALL, overrides=override)
    assert messages(made) == []
    assert made.objects[-1]["spec"]["package"] == (
        f"{HOST}/team/platform:v1.2.3@{CONFIGURATION.digest}"
    )


def test_references_are_accepted_as_the_api_does() -> None:
    """Its rule is `self.matches('^...$')`, with the escapes of a string in CEL."""
    rows = map(json.loads, (VECTORS / "install-api.jsonl").read_text("utf-8").splitlines())
    rules = {row["rules"][0][0] for row in rows if "rules" in row}
    assert rules == {
        r"self.matches('^[^\\.\\/]+(\\.[^\\.\\/]+)+(\\/[^\\/:@]+)+(:[^:@]+(@sha256.+)?|@sha256.+)$')"
    }
    pattern = r"^[^\.\/]+(\.[^\.\/]+)+(\/[^\/:@]+)+(:[^:@]+(@sha256.+)?|@sha256.+)$"
    for reference in ("a.b/c:d", "a.b:1/c@sha256:e", "a/b:c", "a.b/c", "a.b/c:d@sha512:e", "a.b:c"):
        assert is_accepted(reference) == bool(re.search(pattern, reference))


@pytest.mark.parametrize(
    ("dialects", "constraint", "version", "satisfied"),
    [
        # Crossplane up to 2.2 reads `^0.2.3` as `<1.0.0`, and `0.5` as 0.5.0.
        ((Dialect.MASTERMINDS_1,), "^0.2.3", "v0.5.0", True),
        ((Dialect.MASTERMINDS_3,), "^0.2.3", "v0.5.0", False),
        ((Dialect.MASTERMINDS_1,), "0.5", "v0.5.3", False),
        ((Dialect.MASTERMINDS_3,), "0.5", "v0.5.3", True),
        (BOTH_DIALECTS, "0.5", "v0.5.3", False),
    ],
)
def test_a_range_is_read_as_the_dependents_releases_do(
    dialects: tuple[Dialect, ...], constraint: str, version: str, satisfied: bool
) -> None:
    dependent = package("a", needs=[("Function", "f", constraint)], dialects=dialects)
    made = manifest(dependent, package("f", "Function", version))
    assert [f.code for f in made.findings] == ([] if satisfied else ["XP163"])
