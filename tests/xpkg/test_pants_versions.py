"""What the backend does where versions of Pants differ."""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass
from typing import Any

import pytest
from pants.backend.python.util_rules.interpreter_constraints import InterpreterConstraints
from pants.engine.fs import GlobExpansionConjunction, GlobMatchErrorBehavior, PathGlobs
from pants.util.frozendict import FrozenDict
from pants.vcs.changed import DependentsOption

import xpkg
from xpkg import pants_versions


@dataclass(frozen=True)
class Until222:
    """ChangedRequest up to Pants 2.22."""

    sources: tuple[str, ...]
    dependents: DependentsOption


@dataclass(frozen=True)
class Since223:
    """ChangedRequest since Pants 2.23."""

    sources: tuple[str, ...]
    sources_blocks: FrozenDict[str, Any]
    dependents: DependentsOption


@pytest.mark.parametrize(
    ("form", "more"), [(Until222, {}), (Since223, {"sources_blocks": FrozenDict()})]
)
def test_changed_request(
    monkeypatch: pytest.MonkeyPatch, form: type[Any], more: dict[str, Any]
) -> None:
    monkeypatch.setattr(pants_versions, "ChangedRequest", form)
    request = pants_versions.changed_request(("a.yaml",), DependentsOption.TRANSITIVE)
    assert request == form(sources=("a.yaml",), dependents=DependentsOption.TRANSITIVE, **more)


def test_the_metadata_of_the_lock_has_the_widest_range_of_interpreters() -> None:
    """Pants reads it since 2.32. A range for one version of Pants lies within it."""
    folder = importlib.resources.files("xpkg")
    metadata = json.loads(folder.joinpath("tool.lock.metadata").read_text("utf-8"))
    widest = InterpreterConstraints(metadata["valid_for_interpreter_constraints"])
    own = InterpreterConstraints([pants_versions.INTERPRETERS])
    universe = [f"3.{minor}" for minor in range(7, 20)]
    assert widest.contains(own, universe)
    assert own.contains(widest, universe) == xpkg.BY_NAME
    assert metadata["version"] == 2


def test_all_of() -> None:
    globs = PathGlobs(
        ["a/*.yaml", "!a/b.yaml"], GlobMatchErrorBehavior.error, description_of_origin="it"
    )
    found = pants_versions.all_of(globs)
    assert found.conjunction == GlobExpansionConjunction.all_match
    assert (found.globs, found.description_of_origin) == (globs.globs, "it")
    assert found.glob_match_error_behavior == GlobMatchErrorBehavior.error


class Since233:
    """A field's `filespec` since Pants 2.33."""

    includes = ("a/*.yaml",)
    excludes = ("a/b.yaml",)


@pytest.mark.parametrize(
    "filespec", [{"includes": ["a/*.yaml"], "excludes": ["a/b.yaml"]}, Since233()]
)
def test_filespec_with(filespec: Any) -> None:
    found = pants_versions.filespec_with(filespec, ["a/examples/*.yaml"])
    assert tuple(found["includes"]) == ("a/*.yaml", "a/examples/*.yaml")
    assert tuple(found["excludes"]) == ("a/b.yaml",)
