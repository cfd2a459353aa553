"""Where the package of a source is."""

from __future__ import annotations

import pytest

from xpkg_tool.dependencies.fetch.sources import locate
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import DOCKER_HUB, Reference

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("source", "registry", "repository"),
    [
        ("xpkg.crossplane.io/a/b", "xpkg.crossplane.io", "a/b"),
        ("localhost:5000/b", "localhost:5000", "b"),
        ("reg.local:5000/a/b/c", "reg.local:5000", "a/b/c"),
        ("docker.io/a/b", DOCKER_HUB, "a/b"),
        ("index.docker.io/a/b", DOCKER_HUB, "a/b"),
    ],
)
def test_sources(source: str, registry: str, repository: str) -> None:
    assert locate(source, tag="v1") == Reference(registry, repository, "v1")
    assert locate(source, digest=DIGEST) == Reference(registry, repository, "", DIGEST)


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ("a/b", "The source does not begin with a registry", 1),
        ("b", "The source does not begin with a registry", 1),
        ("", "The source does not begin with a registry", 1),
        ("team:v1", "A source has neither a tag nor a digest", 5),
        ("a.io/b:v1", "A source has neither a tag nor a digest", 7),
        (f"a.io/b@{DIGEST}", "A source has neither a tag nor a digest", 7),
        (f"a.io/b:v1@{DIGEST}", "A source has neither a tag nor a digest", 7),
        ("a.io/B", "A repository's name is lower-case", 6),
        ("https://a.io/b", "A reference has no scheme", 1),
        ("a_b.io/c", "A registry's host name consists of", 2),
        ("a.io/", "The repository is missing", 6),
        ("docker.io/b", "A repository on Docker Hub has a namespace", 11),
        ("oci-layout:dist/registry:a", "The source does not begin with a registry", 1),
    ],
)
def test_what_is_no_source(source: str, message: str, column: int) -> None:
    with pytest.raises(PublishError) as caught:
        locate(source, tag="v1")
    finding = caught.value.finding
    assert finding.message.startswith(message)
    assert finding.position is not None
    assert finding.position.column == column
    assert finding.remedy


@pytest.mark.parametrize("digest", ["sha256:0", "sha256", "v1", DIGEST[:-1] + "G"])
def test_what_is_no_digest(digest: str) -> None:
    with pytest.raises(PublishError, match="This is not a digest"):
        locate("a.io/b", digest=digest)


def test_a_password_is_not_shown() -> None:
    for source in ("user:canary@a.io/b", "user:canary@a.io/b:v1", "canary@b"):
        with pytest.raises(PublishError) as caught:
            locate(source, tag="v1")
        assert "canary" not in str(caught.value)
