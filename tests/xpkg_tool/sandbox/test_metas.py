"""The command that reads meta objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from xpkg_tool.messages.repository import (
    DependencyEntry,
    MetaFiles,
    MetasAnswer,
    MetasRequest,
    PackageMeta,
)
from xpkg_tool.sandbox.metas import read_metas

META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: a
spec:
  dependsOn:
  - {}
  - provider: registry.example.org/p
  - apiVersion: pkg.crossplane.io/v1
    kind: Function
    package: registry.example.org/f
    version: ">=v1"
"""


def test_what_packages_say_of_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(META)
    Path("b.yaml").write_text("a: b\n")
    packages = (
        MetaFiles("none", ("b.yaml",)),
        MetaFiles("one", ("gone.yaml", "b.yaml", "a.yaml")),
    )
    entries = (
        DependencyEntry(1, "pkg.crossplane.io/v1", "Provider", "registry.example.org/p", None),
        DependencyEntry(2, "pkg.crossplane.io/v1", "Function", "registry.example.org/f", ">=v1"),
    )
    meta = PackageMeta("a.yaml", "Configuration", "a", entries)
    assert read_metas(MetasRequest(packages)) == MetasAnswer((None, meta))
