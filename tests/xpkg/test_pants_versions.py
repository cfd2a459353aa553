"""What the backend does where versions of Pants differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pants.util.frozendict import FrozenDict
from pants.vcs.changed import DependentsOption

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
