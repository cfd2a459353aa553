"""The bytes of packages and manifests are a promise: what is here changes only with a line in
CHANGELOG.md."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path

import pytest

from xpkg_tool.building.build import BuiltPackage, PackageRequest, build
from xpkg_tool.dependencies.install.manifest import InstallTarget, make_manifest
from xpkg_tool.dependencies.install.model import Package
from xpkg_tool.dependencies.lock.model import LockedDependency

ROOT = Path(__file__).parents[2]

# By example: the digest of the manifest, and the SHA-256 of the .xpkg file.
GOLDEN = {
    "configuration": (
        "sha256:9778b26ef2cdc540546d14aa6db4bad235a9d07ac2bc6a05821735036abcdc97",
        "9845d0f24ef2f7e7ab1cd6bc736f7f18a9c3c0bfac0b5482c6e65c82c2c11827",
    ),
    "function": (
        "sha256:d3b1e90cdcf64010842bcc387b821903b51744f1313bb19d60c014f75796843e",
        "9b974ea843aa558a6040acebe349a4abee5ae9726c4fa9187b54b19e26016214",
    ),
    "provider": (
        "sha256:96cc642c4f29c5c7796a10eef2c7e3f20d4b019c11b0ced678f57d344c45b52e",
        "e7668857d5eafdca2570da0da48a95fabdb1e1443ea8cb41029aa7463dc2a2a3",
    ),
}


def built(name: str) -> BuiltPackage:
    """The example, which builds without a finding."""
    folder = ROOT / "examples" / name
    files = {str(p.relative_to(ROOT)): p.read_bytes() for p in sorted(folder.rglob("*.yaml"))}
    prefix = f"examples/{name}/examples/"
    result = build(
        PackageRequest(
            name=f"examples/{name}:{name}",
            root=f"examples/{name}",
            sources={path: data for path, data in files.items() if not path.startswith(prefix)},
            examples={path: data for path, data in files.items() if path.startswith(prefix)},
        )
    )
    assert result.package is not None and not result.findings
    return result.package


@pytest.mark.parametrize("name", GOLDEN)
def test_the_examples_have_their_golden_digests(name: str) -> None:
    package = built(name)
    assert (package.digest, hashlib.sha256(package.archive).hexdigest()) == GOLDEN[name]


def installable(name: str) -> Package:
    """The example as its target publishes it; pants.toml says which registry it is known by."""
    (call,) = ast.parse((ROOT / "examples" / name / "BUILD").read_text()).body
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    fields = {k.arg: ast.literal_eval(k.value) for k in call.value.keywords}
    description = json.loads(built(name).description)
    return Package(
        origin=f"examples/{name}:{name}",
        source=f"registry.example.org/{fields['repository']}",
        version=fields["version"],
        digest=description["digest"],
        kind=description["meta"]["kind"],
        dependencies=tuple(
            LockedDependency(d["package"], d["apiVersion"], d["kind"], d["constraint"])
            for d in description["meta"]["dependencies"]
        ),
    )


def test_the_manifest_of_the_example_has_its_golden_bytes() -> None:
    packages = [installable(name) for name in GOLDEN]
    made = make_manifest(InstallTarget("examples/install:install", (packages[0].source,)), packages)
    assert made.findings == ()
    assert made.text == MANIFEST


MANIFEST = """\
---
apiVersion: pkg.crossplane.io/v1
kind: Function
metadata:
  name: platform-function-naming
spec:
  package: registry.example.org/platform/function-naming:v0.1.0
---
apiVersion: pkg.crossplane.io/v1
kind: Provider
metadata:
  name: platform-provider-object-storage
spec:
  package: registry.example.org/platform/provider-object-storage:v0.1.0
---
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: platform-configuration-data-store
spec:
  package: registry.example.org/platform/configuration-data-store:v0.1.0
"""


def test_the_vectors_sources_have_their_golden_digest() -> None:
    """tests/vectors/package.yaml and examples.yaml, read as sources."""
    vectors = ROOT / "tests" / "vectors"
    result = build(
        PackageRequest(
            name="vectors",
            root="",
            sources={"crossplane.yaml": (vectors / "package.yaml").read_bytes()},
            examples={"examples/e.yaml": (vectors / "examples.yaml").read_bytes()},
        )
    )
    assert result.package is not None
    description = json.loads(result.package.description)
    assert description["formatVersion"] == 1
    assert description["digest"] == VECTORS


VECTORS = "sha256:e068491fe40329dd8417ced22779a161a2908b97d39d9ef306269089c20c44cc"
