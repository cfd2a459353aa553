"""Which versions are locked, what registries are asked for, and what prevents a lock."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.dependencies.lock.universe import (
    EMPTY,
    HOST,
    Packages,
    Universe,
    digest_of,
    meta,
    meta_text,
    root,
    source,
    versions,
)
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.entries import entries_of
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import read_lock, write_lock
from xpkg_tool.dependencies.lock.model import Lock, Requirement
from xpkg_tool.dependencies.lock.resolve import EVERYTHING, Wanted, resolve
from xpkg_tool.diagnostics.errors import DENIED, REGISTRY, publish_error
from xpkg_tool.package.semver import parse_constraint, parse_version


def plain(*tags: str) -> dict[str, dict[str, str]]:
    """Versions without dependencies."""
    return {tag: {} for tag in tags}


def test_the_highest_version_that_satisfies_all_is_taken() -> None:
    universe = Universe({"a": plain("v1.0.0", "v1.10.0", "v1.9.0", "v2.0.0")})
    lock = universe.lock((*root("x", {"a": ">=v1.0.0"}), *root("y", {"a": "<v2.0.0"})))
    (package,) = lock.packages
    assert package.source == f"{HOST}/a"
    assert package.version == "v1.10.0"
    assert package.digest == digest_of(package.source, "v1.10.0")
    assert (package.kind, package.object_name) == ("Configuration", "team-a")
    assert package.required_by == (
        Requirement("//packages/x", ">=v1.0.0"),
        Requirement("//packages/y", "<v2.0.0"),
    )
    assert universe.requests == {"tags": 1, "digest": 1, "fetch": 1}


@pytest.mark.parametrize(
    ("tags", "constraint", "expected"),
    [
        # Incomplete ones and those that are no versions are not there.
        (("latest", "v2", "v1.9", "v1.2.0", "main"), ">=v1.0.0", "v1.2.0"),
        (("v1.2.3.4", "v1.2.0-", "V9.9.9", "v1.1.0"), ">=v1.0.0", "v1.1.0"),
        # Prereleases, only where the constraint names one.
        (("v1.0.0", "v1.1.0-rc.1"), ">=v1.0.0", "v1.0.0"),
        (("v1.0.0", "v1.1.0-rc.1"), ">=v1.0.0-0", "v1.1.0-rc.1"),
        (("v1.1.0-rc.2", "v1.1.0-rc.10"), ">=v1.0.0-0", "v1.1.0-rc.10"),
        # The spelling is that of the registry; of two for one version it is always the same.
        (("1.2.0",), "v1.2.0", "1.2.0"),
        (("1.2.0", "v1.2.0"), "=1.2.0", "v1.2.0"),
        (("v1.2.0", "1.2.0"), "=1.2.0", "v1.2.0"),
    ],
)
def test_which_tags_count(tags: tuple[str, ...], constraint: str, expected: str) -> None:
    lock = Universe({"a": plain(*tags)}).lock(root("x", {"a": constraint}))
    assert versions(lock) == {"a": expected}


@pytest.mark.parametrize(
    ("crossplane", "constraint", "expected"),
    [
        # Crossplane up to 2.2 takes it for 1.2.0, later ones for any 1.2.z.
        ("<2.3.0", "1.2", "v1.2.0"),
        (">=2.3.0", "1.2", "v1.2.5"),
        ("", "1.2", "v1.2.0"),
        # Up to 2.2, this is no constraint at all.
        (">=2.3.0", ">=v1.0.0 <v1.2.5", "v1.2.0"),
        ("", ">=v1.0.0 <v1.2.5", "v1.2.0"),
        # Up to 2.2, a bound that is not whole includes all that begins with it.
        ("<2.3.0", "<2", "v2.1.0"),
        ("", "<2", "v1.2.5"),
    ],
)
def test_a_constraint_is_read_as_the_admitted_releases_do(
    crossplane: str, constraint: str, expected: str
) -> None:
    universe = Universe(
        {"a": plain("v1.2.0", "v1.2.5", "v2.1.0"), "b": {"v1.0.0": {"a": constraint}}}
    )
    lock = universe.lock(root("x", {"a": constraint}, crossplane))
    assert versions(lock) == {"a": expected}
    # That of an external package is read as by the releases that the repository admits.
    lock = universe.lock(root("x", {"b": "v1.0.0"}, crossplane))
    assert versions(lock) == {"a": expected, "b": "v1.0.0"}


def test_what_only_some_admitted_releases_would_take_is_said() -> None:
    universe = Universe({"a": plain("v1.1.0")})
    error = problems(universe, root("x", {"a": ">1"}))
    assert error.problems[0].details[-1].startswith("Crossplane up to 2.2 would take v1.1.0; not")


def test_the_dependencies_of_a_package_are_locked_as_well() -> None:
    universe = Universe(
        {
            "a": {"v1.0.0": {"b": ">=v1.0.0"}},
            "b": {"v1.0.0": {}, "v1.1.0": {"p-c": "v3.0.0"}},
            "p-c": plain("v3.0.0", "v3.0.1"),
        }
    )
    lock = universe.lock(root("x", {"a": "v1.0.0"}))
    assert versions(lock) == {"a": "v1.0.0", "b": "v1.1.0", "p-c": "v3.0.0"}
    provider = lock.find(f"{HOST}/p-c")
    assert provider is not None
    assert provider.kind == "Provider"
    assert provider.required_by == (Requirement(f"{HOST}/b", "v3.0.0"),)
    assert universe.requests == {"tags": 3, "digest": 3, "fetch": 3}


def test_a_dependency_of_a_dependency_narrows_what_was_taken() -> None:
    universe = Universe(
        {
            "a": {"v1.0.0": {}, "v2.0.0": {"gone": "v1.0.0"}},
            "b": {"v1.0.0": {"a": "<v2.0.0"}},
            "gone": plain("v1.0.0"),
        }
    )
    lock = universe.lock(root("x", {"a": ">=v1.0.0", "b": "*"}))
    # What only v2.0.0 asked for is not there.
    assert versions(lock) == {"a": "v1.0.0", "b": "v1.0.0"}


def test_versions_that_rule_each_other_out_by_turns_come_to_an_end() -> None:
    universe = Universe(
        {"a": {"v2.0.0": {"b": "<v2.0.0"}, "v1.0.0": {}}, "b": {"v1.0.0": {"a": "<v2.0.0"}}}
    )
    lock = universe.lock(root("x", {"a": "*"}))
    assert versions(lock) == {"a": "v1.0.0"}


def test_a_version_comes_back_when_who_ruled_it_out_is_gone() -> None:
    universe = Universe(
        {
            "a": plain("v1.0.0", "v2.0.0"),
            "b": {"v2.0.0": {"a": "<v2.0.0", "c": "*"}, "v1.0.0": {"a": ">=v2.0.0"}},
            "c": {"v1.0.0": {"b": "<v2.0.0"}},
            "d": {"v1.0.0": {"c": "*"}},
        }
    )
    lock = universe.lock(root("x", {"a": "*", "b": "*", "d": "*"}))
    assert versions(lock) == {"a": "v2.0.0", "b": "v1.0.0", "c": "v1.0.0", "d": "v1.0.0"}


def test_a_digest_is_taken_as_it_is() -> None:
    digest = digest_of(f"{HOST}/a", "v1.0.0")
    universe = Universe({"a": plain("v1.0.0")})
    (package,) = universe.lock((*root("x", {"a": digest}), *root("y", {"a": digest}))).packages
    assert (package.version, package.digest) == (digest, digest)
    assert universe.requests == {"fetch": 1}


PACKAGES = {
    "a": {"v1.0.0": {"b": ">=v1.0.0"}, "v1.1.0": {"b": ">=v1.0.0"}},
    "b": plain("v1.0.0", "v1.1.0"),
}
OLD = {"a": {"v1.0.0": {"b": ">=v1.0.0"}}, "b": plain("v1.0.0")}


class TestWithALock:
    @pytest.fixture
    def locked(self) -> Lock:
        return Universe(OLD).lock(root("x", {"a": "*"}))

    def test_what_satisfies_stays_and_nothing_is_asked_for(self, locked: Lock) -> None:
        universe = Universe(PACKAGES)
        assert universe.lock(root("x", {"a": "*"}), locked) == locked
        assert universe.log == []

    def test_who_asks_is_kept_up_to_date_without_a_request(self, locked: Lock) -> None:
        universe = Universe(PACKAGES)
        lock = universe.lock(root("other", {"a": ">=v1.0.0"}), locked)
        assert versions(lock) == versions(locked)
        assert lock.packages[0].required_by == (Requirement("//packages/other", ">=v1.0.0"),)
        assert universe.log == []

    def test_what_does_not_satisfy_is_resolved_anew(self, locked: Lock) -> None:
        universe = Universe(PACKAGES)
        lock = universe.lock(root("x", {"a": ">=v1.1.0"}), locked)
        assert versions(lock) == {"a": "v1.1.0", "b": "v1.0.0"}
        assert universe.requests == {"tags": 1, "digest": 1, "fetch": 1}

    def test_what_nothing_needs_goes(self, locked: Lock) -> None:
        universe = Universe(PACKAGES)
        assert versions(universe.lock(root("x", {"b": "*"}), locked)) == {"b": "v1.0.0"}
        assert universe.lock((), locked) == Lock()
        assert universe.log == []

    def test_a_source_is_upgraded(self, locked: Lock) -> None:
        universe = Universe(PACKAGES)
        lock = universe.lock(root("x", {"a": "*"}), locked, upgrade={source("a")})
        assert versions(lock) == {"a": "v1.1.0", "b": "v1.0.0"}
        assert universe.requests == {"tags": 1, "digest": 1, "fetch": 1}

    def test_everything_is_upgraded(self, locked: Lock) -> None:
        lock = Universe(PACKAGES).lock(root("x", {"a": "*"}), locked, upgrade={EVERYTHING})
        assert versions(lock) == {"a": "v1.1.0", "b": "v1.1.0"}

    def test_an_upgrade_to_the_same_version_fetches_nothing(self, locked: Lock) -> None:
        universe = Universe(OLD)
        assert universe.lock(root("x", {"a": "*"}), locked, upgrade={EVERYTHING}) == locked
        assert universe.requests == {"tags": 2, "digest": 2}

    def test_the_locked_digest_becomes_a_constraint_without_a_request(self, locked: Lock) -> None:
        universe = Universe(PACKAGES)
        digest = locked.packages[0].digest
        lock = universe.lock(root("x", {"a": digest}), locked)
        assert versions(lock) == {"a": digest, "b": "v1.0.0"}
        assert lock.packages[0].dependencies == locked.packages[0].dependencies
        assert universe.log == []

    def test_a_digest_gives_way_to_a_range(self) -> None:
        digest = digest_of(f"{HOST}/b", "v1.0.0")
        locked = Universe(OLD).lock(root("x", {"b": digest}))
        assert versions(Universe(PACKAGES).lock(root("x", {"b": "*"}), locked)) == {"b": "v1.1.0"}

    def test_a_new_package_narrows_what_is_locked(self, locked: Lock) -> None:
        packages = {**PACKAGES, "c": {"v1.0.0": {"b": ">=v1.1.0"}}}
        lock = Universe(packages).lock(root("x", {"a": "*", "c": "*"}), locked)
        assert versions(lock) == {"a": "v1.0.0", "b": "v1.1.0", "c": "v1.0.0"}


def problems(universe: Universe, *entries: Any, **wanted: Any) -> LockError:
    with pytest.raises(LockError) as error:
        universe.lock([entry for found in entries for entry in found], **wanted)
    return error.value


def test_who_wants_what_is_said_of_all_conflicts_at_once() -> None:
    universe = Universe(
        {
            "a": plain("v1.0.0", "v1.1.0", "v2.0.0"),
            "b": plain("v1.0.0"),
            "c": {"v1.4.0": {"a": "<v1.1.0"}},
        }
    )
    error = problems(
        universe,
        root("x", {"a": ">=v2.0.0", "b": ">=v3.0.0"}),
        root("y", {"c": "*", "a": "<v2.0.0"}),
    )
    first, second = str(error).split("\n\n")
    head, line, caret, remedy, *table = first.splitlines()
    assert head == (
        "packages/x/crossplane.yaml:8:16: error XP156: "
        f"No version of {HOST}/a satisfies all who ask for it. [Configuration x]"
    )
    assert (line, caret) == ('  8 |       version: ">=v2.0.0"', "    |                ^^^^^^^^^^")
    assert remedy.startswith("  help: Change the constraints until one version satisfies all")
    assert table == [
        f"  {'who asks':30}  {'where':29}  constraint  highest that satisfies it",
        "  //packages/x                    packages/x/crossplane.yaml:8   >=v2.0.0    v2.0.0",
        "  //packages/y                    packages/y/crossplane.yaml:10  <v2.0.0     v1.1.0",
        "  xpkg.example.org/team/c v1.4.0  -                              <v1.1.0     v1.0.0",
        "  available: v2.0.0, v1.1.0, v1.0.0",
    ]
    assert f"No version of {HOST}/b is admitted by its constraint." in second
    assert second.splitlines()[4:] == [
        "  who asks      where                          constraint  highest that satisfies it",
        "  //packages/x  packages/x/crossplane.yaml:10  >=v3.0.0    none",
        "  available: v1.0.0",
    ]


@pytest.mark.parametrize(
    ("constraints", "named"),
    [
        ({"x": ">=v1.0.0"}, ">=v1.0.0-0"),
        ({"x": ">=v1.0.0", "y": ">=v1.0.0-0"}, ">=v1.0.0-0"),
        ({"x": "~v1.1.0"}, ">=v1.1.0-0"),
        # One that no release would satisfy needs more than a name.
        ({"x": ">=v2.0.0"}, ""),
        ({"x": ">=v1.0.0", "y": "<v1.0.0"}, ""),
    ],
)
def test_a_prerelease_that_a_constraint_has_to_name(
    constraints: dict[str, str], named: str
) -> None:
    universe = Universe({"a": plain("v0.9.0", "v1.1.0-rc.1")})
    error = problems(universe, *(root(name, {"a": c}) for name, c in constraints.items()))
    remedy = error.findings[0].remedy
    assert remedy.startswith("Only a prerelease would do, such as v1.1.0-rc.1") == bool(named)
    assert f"as in `{named}`" in remedy or not named


def test_locks_of_their_own_are_mentioned_where_they_would_help() -> None:
    universe = Universe({"a": plain("v1.0.0", "v2.0.0"), "b": {"v1.0.0": {"a": "<v2.0.0"}}})
    apart = problems(universe, root("x", {"a": ">=v2.0.0"}), root("y", {"b": "*"}))
    assert "`[xpkg].resolves`" in apart.findings[0].remedy
    # One package has one cluster.
    both = problems(universe, root("x", {"a": ">=v2.0.0", "b": "*"}))
    assert "`[xpkg].resolves`" not in both.findings[0].remedy
    alone = problems(universe, root("x", {"a": ">=v2.0.0"}), root("y", {"a": ">=v3.0.0"}))
    assert "`[xpkg].resolves`" not in alone.findings[0].remedy


def test_a_digest_beside_a_range_is_a_conflict() -> None:
    digest = digest_of(f"{HOST}/a", "v1.0.0")
    universe = Universe({"a": plain("v1.0.0")})
    error = problems(universe, root("x", {"a": digest}), root("y", {"a": "v1.0.0"}))
    assert "a digest and a range" in error.findings[0].message
    other = f"sha256:{'0' * 64}"
    error = problems(universe, root("x", {"a": digest}), root("y", {"a": other}))
    assert "two digests" in error.findings[0].message
    assert universe.log == []


def test_a_table_claims_nothing_of_tags_that_were_not_asked_for() -> None:
    digest = digest_of(f"{HOST}/a", "v1.0.0")
    entries = (*root("x", {"a": digest}), *root("y", {"a": ">=v1.0.0"}))
    (problem,) = problems(Universe({"a": plain("v1.0.0")}), entries).problems
    assert [line.split()[-1] for line in problem.details[1:]] == ["-", "-"]


def test_a_repository_without_versions_is_named() -> None:
    (found,) = problems(Universe({"a": plain("latest", "v1")}), root("x", {"a": "*"})).findings
    assert "the registry has no tag that is a complete version" in found.message


def test_what_cannot_be_looked_up_is_said_where_it_is() -> None:
    entries = {
        "Upper/a": "*",
        "team/a": "*",
        f"{HOST}/a:v1.0.0": "*",
        f"{HOST}/a": "",
        f"{HOST}/b": "newest",
        f"{HOST}/c": "sha256:0123",
    }
    error = problems(Universe({}), root("x", entries))
    assert [(f.position and f.position.line, f.code) for f in error.findings] == [
        (7, "XP158"),
        (9, "XP158"),
        (11, "XP158"),
        (14, "XP158"),
        (16, "XP158"),
        (18, "XP158"),
    ]
    assert [f.message.partition(" ")[2][:22] for f in error.findings] == [
        "is not a source: the s",
        "is not a source: the s",
        "has a tag or a digest,",
        "version of the depende",
        "version of the depende",
        "version of the depende",
    ]
    assert "is not a digest, which is `sha256:` and 64 digits" in error.findings[5].message


def test_a_dependency_of_others_that_cannot_be_looked_up_is_theirs() -> None:
    universe = Universe({"a": {"v1.0.0": {"team/b": "*"}}})
    (found,) = problems(universe, root("x", {"a": "*"})).findings
    assert found.path == f"{HOST}/a"
    assert "tell those who make it" in found.remedy


def test_another_kind_is_an_error_with_its_place() -> None:
    universe = Universe({"p-a": plain("v1.0.0")}, streams={"p-a": FUNCTION})
    (found,) = problems(universe, root("x", {"p-a": "*"})).findings
    assert found.code == "XP154"
    assert "is a Function (at v1.0.0), not a Provider" in found.message
    assert found.remedy == f"Write `function: {HOST}/p-a`."
    assert found.position is not None and found.position.line == 7


FUNCTION = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: f\n"


def test_what_is_no_package_is_an_error() -> None:
    universe = Universe({"a": plain("v1.0.0")}, streams={"a": b"kind: Deployment\n"})
    (found,) = problems(universe, root("x", {"a": "*"})).findings
    assert found.code == "XP155"
    assert found.path == f"{HOST}/a@{digest_of(f'{HOST}/a', 'v1.0.0')}"


def test_a_package_with_two_meta_objects_is_none() -> None:
    stream = b"---\n".join((meta_text("a", {}), meta_text("other", {}, "Function")))
    universe = Universe({"a": plain("v1.0.0")}, streams={"a": stream})
    (found,) = problems(universe, root("x", {"a": "*"})).findings
    assert found.code == "XP155"
    assert "2 meta objects (Configuration a, Function other)" in found.message


def test_an_external_package_with_an_entry_that_names_none_is_an_error() -> None:
    stream = meta_text("a", {}).replace(b"[]", b"[5]")
    universe = Universe({"a": plain("v1.0.0")}, streams={"a": stream})
    (found,) = problems(universe, root("x", {"a": "*"})).findings
    assert (found.code, found.path[:-64]) == ("XP158", f"{HOST}/a@sha256:")
    assert "those who make it" in found.remedy


def test_a_constraint_that_no_admitted_release_reads_is_explained_as_lint_does() -> None:
    entries = root("x", {"a": ">=v1.0.0 <v2.0.0"}, crossplane="<v2.3.0")
    (found,) = problems(Universe({"a": plain("v1.0.0")}), entries).findings
    assert found.code == "XP158"
    assert "is not valid before Crossplane 2.3: " in found.message
    assert "`>=v1.0.0, <v2.0.0`" in found.remedy


def test_a_kind_that_is_not_crossplanes_own_is_nothing_to_lock() -> None:
    text = (
        b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Configuration\nmetadata:\n  name: x\n"
        b"spec:\n  dependsOn:\n    - apiVersion: example.org/v1\n      kind: Widget\n"
        b"      package: xpkg.example.org/team/a\n      version: '*'\n"
    )
    assert entries_of("//x", meta(text)) == ()


@pytest.mark.parametrize("connections", [1, 8])
def test_a_cycle_of_external_packages_is_an_error(connections: int) -> None:
    universe = Universe(
        {"a": {"v1.0.0": {"b": "*"}}, "b": {"v1.0.0": {"c": "*"}}, "c": {"v1.0.0": {"a": "*"}}}
    )
    (problem,) = problems(universe, root("x", {"b": "*"}), connections=connections).problems
    found = problem.finding
    assert problem.details == ("asked for by packages/x/crossplane.yaml:7",)
    a, b, c = (f"{HOST}/{name}" for name in "abc")
    assert found.code == "XP157"
    assert f"in a cycle: {a} -> {b} -> {c} -> {a}." in found.message


def test_a_cycle_through_the_repository_is_an_error() -> None:
    universe = Universe({"a": {"v1.0.0": {"mine": "*"}}})
    own = {source("mine"): "//packages/mine", source("below"): "//packages/below"}
    entries = (*root("mine", {"below": "*"}), *root("below", {"a": "*"}))
    (found,) = problems(universe, entries, own=own).findings
    assert f"//packages/below -> {HOST}/a -> //packages/mine -> //packages/below" in found.message
    assert found.path == "packages/below/crossplane.yaml"


def test_packages_of_the_repository_are_not_locked() -> None:
    universe = Universe({"a": {"v1.0.0": {"mine": "<v1.0.0"}}})
    own = {source("mine"): "//packages/mine"}
    assert versions(universe.lock(root("x", {"a": "*", "mine": "*"}), own=own)) == {"a": "v1.0.0"}


REFUSED = publish_error(REGISTRY, "The registry xpkg.example.org could not be used", "Try again.")


def test_a_registry_that_is_down_is_asked_once_and_named_once() -> None:
    universe = Universe({}, broken={source(name): REFUSED for name in "abc"}, down=True)
    entries = root("x", {"a": "*", "b": "*", "c": "*"})
    (found,) = problems(universe, entries).findings
    assert found.path == source("a")
    assert found.message == (
        "The registry xpkg.example.org could not be used; 2 other packages there could not be "
        "locked either."
    )
    assert universe.requests == {"tags": 1}
    # What is locked does not depend on it.
    locked = Universe(dict.fromkeys("abc", plain("v1.0.0"))).lock(entries)
    assert universe.lock(entries, locked) == locked


@pytest.mark.parametrize("connections", [1, 8])
def test_a_wrong_answer_for_one_package_concerns_that_one(connections: int) -> None:
    names = [f"c{number:02}" for number in range(20)]
    universe = Universe(
        dict.fromkeys(names, plain("v1.0.0")),
        broken={source(name): REFUSED for name in ("c03", "c10")},
    )
    entries = root("x", dict.fromkeys([*names, "gone"], "*"))
    error = problems(universe, entries, connections=connections)
    found = {f.path: f.message for f in error.findings}
    assert list(found) == [source("c03"), source("c10"), source("gone")]
    assert found[source("c10")] == REFUSED.finding.message
    assert all("asked for by packages/x/crossplane.yaml:" in str(p) for p in error.problems)


def test_a_registry_that_breaks_down_is_named_with_the_request_that_failed() -> None:
    class Breaking(Universe):
        def digest(self, source: str, tag: str) -> str:
            if source.endswith("/b"):
                self.down = True
            if self.down:
                self.requests["failed"] += 1
                raise REFUSED
            return super().digest(source, tag)

    universe = Breaking(dict.fromkeys("abcd", plain("v1.0.0")))
    catalog = Catalog(
        universe, universe, universe, connections=1, is_usable=lambda source: not universe.down
    )
    with pytest.raises(LockError) as error:
        resolve(Wanted(root("x", dict.fromkeys("abcd", "*"))), EMPTY, catalog)
    found = {f.path: f.message for f in error.value.findings}
    # Of the first one, the digest is known, but not the content.
    assert "3 other packages" in found[f"{source('b')}:v1.0.0"]
    assert universe.requests["failed"] == 1


def test_a_registry_that_fails_for_all_is_not_asked_for_ever() -> None:
    names = [f"c{number}" for number in range(100)]
    universe = Universe({}, broken={source(name): REFUSED for name in names})
    (found,) = problems(universe, root("x", dict.fromkeys(names, "*"))).findings
    assert "99 other packages" in found.message
    assert universe.requests == {"tags": 16}


def test_each_package_that_cannot_be_read_is_named() -> None:
    denied = publish_error(DENIED, "The registry denies access", "Log in.")
    universe = Universe({"c": plain("v1.0.0")}, broken={source("b"): denied})
    error = problems(universe, root("x", {"a": "*", "b": "*", "c": ">=v2.0.0"}))
    assert [(f.path, f.code) for f in error.findings] == [
        ("packages/x/crossplane.yaml", "XP156"),
        (source("a"), "publish-reference"),
        (source("b"), "publish-denied"),
    ]


def test_a_bug_in_a_fetcher_is_no_traceback() -> None:
    class Broken(Universe):
        def fetch(self, source: str, digest: str) -> Any:
            raise RuntimeError("a secret")

    (found,) = problems(Broken({"a": plain("v1.0.0")}), root("x", {"a": "*"})).findings
    assert found.code == "XP000"
    assert "secret" not in found.message


def test_dependencies_without_an_end_are_refused() -> None:
    class Endless(Universe):
        def tags(self, source: str) -> tuple[str, ...]:
            return ("v1.0.0",)

        def fetch(self, source: str, digest: str) -> Any:
            number = int(source.rpartition("n")[2])
            below = {f"{HOST}/n{2 * number + i}": "*" for i in (0, 1)}
            packages = {f"n{number}": {"v1.0.0": below}}
            return Universe(packages).fetch(source, digest)

    (found,) = problems(Endless({}), root("x", {f"{HOST}/n1": "*"})).findings
    assert "the limit is 2,000" in found.message


# A busy machine takes long for the first examples.
_PATIENT = settings(suppress_health_check=[HealthCheck.too_slow])
NAMES = ("a", "b", "c", "d")
TAGS = ("v1.0.0", "v1.1.0", "v2.0.0", "v2.1.0-rc.1", "v3")
CONSTRAINTS = st.sampled_from(("*", ">=v1.1.0", "<v2.0.0", "v1.0.0", ">=v2.0.0-0", "^v1.0.0"))
NEEDS = st.dictionaries(st.sampled_from(NAMES), CONSTRAINTS, max_size=2)
UNIVERSES = st.fixed_dictionaries(
    {name: st.dictionaries(st.sampled_from(TAGS), NEEDS, max_size=4) for name in NAMES}
)


def resolved(packages: Packages, needs: dict[str, str], locked: Lock = EMPTY) -> Lock | str:
    try:
        return Universe(packages).lock(root("x", needs), locked)
    except LockError as error:
        return str(error)


@_PATIENT
@given(UNIVERSES, NEEDS)
def test_a_lock_satisfies_all_and_is_stable(packages: Packages, needs: dict[str, str]) -> None:
    lock = resolved(packages, needs)
    if isinstance(lock, str):
        return
    assert {p.source for p in lock.packages} >= {source(name) for name in needs}
    for package in lock.packages:
        assert package.required_by
        for requirement in package.required_by:
            constraint = parse_constraint(requirement.constraint)
            assert constraint.matches(parse_version(package.version))
        for dependency in package.dependencies:
            below = lock.find(dependency.source)
            assert below is not None
            assert Requirement(package.source, dependency.constraint) in below.required_by
    # It is kept, and asks for nothing.
    again = Universe(packages)
    assert again.lock(root("x", needs), lock) == lock
    assert again.log == []
    assert read_lock(write_lock(lock), "xpkg.lock") == lock


@_PATIENT
@given(UNIVERSES, NEEDS, NEEDS)
def test_neither_order_nor_threads_change_the_result(
    packages: Packages, needs: dict[str, str], before: dict[str, str]
) -> None:
    locked = resolved(packages, before)
    old = locked if isinstance(locked, Lock) else Lock()
    lock = resolved(packages, needs, old)
    backwards = {name: dict(reversed(tags.items())) for name, tags in packages.items()}
    entries = tuple(reversed(root("x", needs)))
    try:
        other: Lock | str = Universe(backwards).lock(entries, old, connections=4)
    except LockError as error:
        other = str(error)
    assert other == lock


def test_a_long_chain_is_resolved() -> None:
    count = 300
    packages: dict[str, dict[str, dict[str, str]]] = {
        f"n{number}": {"v1.0.0": {f"{HOST}/n{number + 1}": "*"}} for number in range(count)
    }
    packages[f"n{count}"] = plain("v1.0.0")
    lock = Universe(packages).lock(root("x", {f"{HOST}/n0": "*"}))
    assert len(lock.packages) == count + 1
