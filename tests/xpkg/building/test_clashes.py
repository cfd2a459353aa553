"""Packages that would be written to one path."""

from __future__ import annotations

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST

from xpkg.building.clashes import clashing


def clashes(**paths: str) -> dict[str, str]:
    """What is wrong with each package, by its name; `paths` has where each is written."""
    built = {
        Address(name): BuiltPackage(
            EMPTY_DIGEST, (BuiltPackageArtifact(path), BuiltPackageArtifact(f"{path}.json"))
        )
        for name, path in paths.items()
    }
    return {a.spec_path: problem for a, problem in clashing(built).items()}


def test_paths_of_their_own() -> None:
    assert clashes(a="a.xpkg", b="b.xpkg", c="a/a.xpkg", d="a.xpkg2") == {}


def test_the_same_path() -> None:
    assert clashes(a="same.xpkg", b="same.xpkg", c="c.xpkg") == {
        "a": "Its `output_path` is that of b:b: same.xpkg.",
        "b": "Its `output_path` is that of a:a: same.xpkg.",
    }


def test_the_path_of_a_description() -> None:
    assert set(clashes(a="same.xpkg", b="same.xpkg.json")) == {"a", "b"}


def test_a_path_below_that_of_another_package() -> None:
    assert clashes(a="same.xpkg", b="same.xpkg/x") == {
        "b": "Its `output_path`, same.xpkg/x, is below that of a:a: same.xpkg."
    }
