"""What a person reads of the difference between two locks."""

from __future__ import annotations

from dataclasses import replace

from tests.xpkg_tool.dependencies.lock.universe import HOST, Universe, digest_of, root
from xpkg_tool.dependencies.lock.changes import changes
from xpkg_tool.dependencies.lock.model import Lock, Requirement

UNIVERSE = Universe({name: {"v1.0.0": {}, "v1.1.0": {}} for name in ("a", "b", "p-c")})
OLD = UNIVERSE.lock(root("x", {"a": "v1.0.0", "b": "v1.0.0"}))


def test_the_same_lock_has_no_changes() -> None:
    assert changes(OLD, OLD) == ()


def test_what_was_added_removed_and_changed() -> None:
    new = UNIVERSE.lock(root("x", {"p-c": digest_of(f"{HOST}/p-c", "v1.0.0"), "b": "v1.1.0"}))
    short = digest_of(f"{HOST}/p-c", "v1.0.0")[:19]
    assert changes(OLD, new) == (
        f"- {HOST}/a v1.0.0",
        f"~ {HOST}/b v1.0.0 -> v1.1.0; required by //packages/x",
        f"+ {HOST}/p-c {short} (Provider)",
    )


def test_a_tag_that_moved_and_another_who_asks() -> None:
    a, b = OLD.packages
    moved = replace(a, digest=f"sha256:{'0' * 64}")
    asked = replace(b, required_by=(Requirement("//y", "*"), Requirement("//y", "v1.0.0")))
    assert changes(OLD, Lock((moved, asked))) == (
        f"~ {HOST}/a v1.0.0 moved from {a.digest[:19]} to sha256:000000000000",
        f"~ {HOST}/b v1.0.0; required by //y",
    )
    other = replace(b, kind="Provider")
    assert changes(Lock((b,)), Lock((other,))) == (
        f"~ {HOST}/b v1.0.0; is a Provider now, not a Configuration",
    )
