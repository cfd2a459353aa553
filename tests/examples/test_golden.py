"""The bytes of packages are a promise: a digest here changes only with a line in CHANGELOG.md."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from xpkg_tool.building.build import PackageRequest, build

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


@pytest.mark.parametrize("name", GOLDEN)
def test_the_examples_have_their_golden_digests(name: str) -> None:
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
    digests = (result.package.digest, hashlib.sha256(result.package.archive).hexdigest())
    assert digests == GOLDEN[name]


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
