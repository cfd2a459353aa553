"""The findings for the packages of a repository together."""

from __future__ import annotations

from xpkg_tool.dependencies.metas import Meta, find_meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.dependencies.repository import Member, Repository
from xpkg_tool.diagnostics.finding import render
from xpkg_tool.lint.repository import check_repository

HOST = "registry.example.org"


class Packages:
    """Packages that are published to HOST under their own names."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.metas: dict[str, Meta] = {}

    def add(
        self,
        name: str,
        *entries: str,
        kind: str = "Function",
        version: str | None = None,
        source: str = "",
        includes: tuple[str, ...] = (),
    ) -> None:
        listed = "".join(f"  - {entry}\n" for entry in entries)
        text = f"apiVersion: meta.pkg.crossplane.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\n"
        text += f"spec:\n  dependsOn:\n{listed}" if entries else ""
        meta = find_meta([(f"{name}.yaml", text.encode())])
        assert meta is not None
        self.metas[name] = meta
        sources = (f"{HOST}/{source or name}",)
        found = dependencies(meta.value)
        self.members.append(
            Member(name, f"{name}/BUILD:1", kind, sources, version, found, includes)
        )

    def check(self, suggest_floors: bool = False) -> dict[str, list[str]]:
        """The findings as they are shown, of the packages that have any."""
        repository = Repository(tuple(self.members))
        found = check_repository(repository, self.metas, suggest_floors=suggest_floors)
        return {name: [render(f) for f in findings] for name, findings in found.items() if findings}


def function(package: str, version: str = ">=v1.0.0") -> str:
    return f'{{function: {HOST}/{package}, version: "{version}"}}'


def test_a_good_repository_has_no_findings() -> None:
    packages = Packages()
    packages.add("a", function("b"), function("c"), f'{{provider: {HOST}/other, version: "^v1"}}')
    packages.add("b", function("c", "^v1"), version="v1.0.0")
    packages.add("c", version="v1.2.0")
    assert packages.check() == {}


def test_a_cycle_is_shown_from_each_of_its_packages() -> None:
    packages = Packages()
    packages.add("a", function("b"))
    packages.add("b", function("c"))
    packages.add("c", includes=("a",))
    packages.add("d", function("a"))
    found = packages.check()
    (from_a,) = found["a"]
    assert from_a == (
        "a.yaml:7:16: error XP142: The dependencies form a cycle: a -> b -> c -> a. [Function a]\n"
        '  7 |   - {function: registry.example.org/b, version: ">=v1.0.0"}\n'
        "    |                ^^^^^^^^^^^^^^^^^^^^^^\n"
        "  help: Remove one of the dependencies."
    )
    (by_hand,) = found["c"]
    assert "c -> a -> b -> c." in by_hand and "Remove a from the target's `dependencies`" in by_hand
    assert set(found) == {"a", "b", "c"}


def test_a_long_cycle_is_shortened() -> None:
    packages = Packages()
    for number in range(40):
        packages.add(f"p{number:02}", function(f"p{(number + 1) % 40:02}"))
    (finding,) = packages.check()["p00"]
    assert "p00 -> p01 -> p02 -> p03 -> p04 -> p05 -> (29 more) -> p35" in finding


def test_a_package_that_depends_on_itself() -> None:
    packages = Packages()
    packages.add("a", function("a"))
    (finding,) = packages.check()["a"]
    assert "XP142: The dependencies form a cycle: a -> a." in finding


def test_an_ambiguous_dependency_names_all_candidates() -> None:
    packages = Packages()
    packages.add("one", source="a", version="v1.0.0")
    packages.add("two", source="a")
    packages.add("user", function("a"))
    (finding,) = packages.check()["user"]
    assert "error XP141: `registry.example.org/a` may be one v1.0.0, two: neither" in finding
    assert '`"!two"`' in finding


def test_two_targets_with_one_version_are_named_by_each_other() -> None:
    packages = Packages()
    packages.add("one", source="a", version="v1.0.0")
    packages.add("two", source="a", version="v1.0.0")
    found = packages.check()
    assert (
        "XP140: registry.example.org/a is published by two (defined at two/BUILD:1)"
        in found["one"][0]
    )
    assert "by one (defined at one/BUILD:1) as well, in the version v1.0.0." in found["two"][0]


def test_a_kind_that_does_not_fit() -> None:
    packages = Packages()
    packages.add("f", kind="Function")
    keyed = "{apiVersion: pkg.crossplane.io/v1, kind: %s, package: registry.example.org/f, "
    keyed += "version: '*'}"
    packages.add("new", keyed % "Provider")
    packages.add("old", f"{{provider: {HOST}/f, version: '*'}}")
    packages.add("elsewhere", (keyed % "Thing").replace("pkg.crossplane.io", "example.org"))
    found = packages.check()
    assert "new.yaml:7:46: error XP143" in found["new"][0]
    assert "is a Function (f), but the dependency asks for a Provider." in found["new"][0]
    assert "help: Write `kind: Function`." in found["new"][0]
    assert "old.yaml:7:6: error XP143" in found["old"][0]
    assert "help: Write `function:` instead of `provider:`." in found["old"][0]
    assert "elsewhere" not in found


def test_a_version_that_the_constraint_does_not_admit_is_named_with_its_place() -> None:
    packages = Packages()
    packages.add("a", version="v2.1.0")
    packages.add("user", function("a", "^v1.0.0"))
    (finding,) = packages.check()["user"]
    assert "user.yaml:7:49: warning XP145" in finding
    assert "The constraint `^v1.0.0` does not admit a v2.1.0 (defined at a/BUILD:1)." in finding
    assert '`version: ">=v2.1.0"`' in finding


def test_a_spelling_is_corrected() -> None:
    packages = Packages()
    packages.add("function-naming")
    packages.add("user", f"{{function: {HOST}/Function-naming, version: '*'}}")
    packages.add("other", function("function-namings"))
    found = packages.check()
    assert "warning XP144: function-naming is published as" in found["user"][0]
    assert "help: Write `registry.example.org/function-naming`." in found["user"][0]
    assert "is not in this repository; registry.example.org/function-naming" in found["other"][0]
    assert "or suppress the warning if it is another package." in found["other"][0]


def test_a_target_without_its_repository_is_suspected() -> None:
    packages = Packages()
    packages.add("network")
    packages.add("user", function("platform/network"))
    (finding,) = packages.check()["user"]
    assert "XP144: `registry.example.org/platform/network` is not in this repository;" in finding
    assert 'help: Set `repository="platform/network"` of the target network if it' in finding


def test_floors_are_suggested_only_where_they_are_asked_for() -> None:
    packages = Packages()
    packages.add("a", version="v1.4.2")
    packages.add("user", function("a", "^v1.0.0"))
    packages.add("good", function("a", "^v1.4.2"))
    packages.add("newer", function("a", "^v2.0.0"))
    assert "XP146" not in str(packages.check())
    found = packages.check(suggest_floors=True)
    (finding,) = found["user"]
    assert "user.yaml:7:49: warning XP146: The constraint `^v1.0.0` admits versions as" in finding
    assert "old as 1.0.0, and the repository has a v1.4.2 (defined at a/BUILD:1)." in finding
    assert 'Write `version: "^v1.4.2"`.' in finding
    assert "good" not in found
    assert "XP145" in found["newer"][0] and len(found["newer"]) == 1
