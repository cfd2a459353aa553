"""References, held to go-containerregistry's reading of 103 of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.registry.reference_vectors import (
    LINES,
    PRIVATE,
    REFUSED_BY_THE_SPECIFICATION,
    TAKEN_BY_THE_SPECIFICATION,
)
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import Reference, is_loopback, join, parse, scheme_of, split_port


@pytest.mark.parametrize("line", LINES, ids=[ascii(line["ref"][:40]) for line in LINES])
def test_vectors(line: dict[str, Any]) -> None:
    text, strict = line["ref"], line["strict"]
    expected_good = text in TAKEN_BY_THE_SPECIFICATION or (
        "error" not in strict and text not in REFUSED_BY_THE_SPECIFICATION
    )
    if not expected_good:
        with pytest.raises(PublishError):
            parse(text)
        return
    reference = parse(text)
    if text in TAKEN_BY_THE_SPECIFICATION:
        assert "error" in strict
        assert reference == TAKEN_BY_THE_SPECIFICATION[text]
        return
    assert (reference.registry, reference.repository) == (strict["registry"], strict["repository"])
    assert (reference.digest or reference.tag) == strict["identifier"]
    plain = reference.registry not in PRIVATE and strict["scheme"] == "http"
    # A port makes no difference to us: localhost is loopback.
    assert scheme_of(reference.registry) == (
        "http" if plain or text == "localhost/aa:v1" else "https"
    )
    assert scheme_of(reference.registry, insecure=True) == "http"
    if not text.startswith("docker.io"):
        assert str(reference) == text


def test_the_lists_of_differences_are_exact() -> None:
    known = {line["ref"]: line["strict"] for line in LINES}
    assert all("error" not in known[text] for text in REFUSED_BY_THE_SPECIFICATION)
    assert all("error" in known[text] for text in TAKEN_BY_THE_SPECIFICATION)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("example.org/Team/app:v1", 13, "lower-case"),
        ("example.org/team/aPp:v1", 19, "lower-case"),
        ("example.org/aa b:v1", 15, "not allowed in a repository"),
        ("example.org/a-:v1", 14, "begins and ends"),
        ("example.org/:v1", 13, "repository is missing"),
        ("example.org/aa:v1+build", 18, "not allowed here in a tag"),
        ("example.org/aa:.v1", 16, "not allowed here in a tag"),
        ("example.org/aa:" + "t" * 129, 144, "longer than 128"),
        ("example.org/" + "r" * 256 + ":v1", 268, "longer than 255"),
        ("example.org/aa:", 16, "tag is empty"),
        ("example.org/aa", 15, "no tag"),
        ("example.org/aa@sha256:abc", 16, "not a digest"),
        ("https://example.org/aa:v1", 1, "no scheme"),
        ("ex_ample.org/aa:v1", 3, "host name"),
        ("example.org:99999/aa:v1", 13, "port"),
        ("[::g]:5000/aa:v1", 1, "IPv6"),
        ("team/app:v1", 1, "begin with a registry"),
        ("docker.io/aa:v1", 11, "namespace"),
        ("oci-layout:", 12, "usable name"),
        ("oci-layout:dist", 16, "no repository"),
        ("oci-layout:dist:aa/B:v1", 20, "lower-case"),
        ("oci-layout:dist:aa", 19, "no tag"),
    ],
)
def test_the_error_points_at_the_character(text: str, column: int, message: str) -> None:
    with pytest.raises(PublishError, match=message) as caught:
        parse(text)
    position = caught.value.finding.position
    assert position is not None
    assert (position.column, position.source) == (column, text)
    assert caught.value.finding.remedy.endswith(".")
    assert "^" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "user:canary@example.org/aa:v1",
        "https://user:canary@example.org/aa:v1",
        "user:canary@example.org",
        "user:can/canary@example.org/aa:v1",
    ],
)
def test_a_password_in_a_reference_is_not_shown(text: str) -> None:
    with pytest.raises(PublishError, match="cannot contain a user name or password") as caught:
        parse(text)
    assert "canary" not in str(caught.value) + repr(caught.value) + repr(caught.value.finding)


def test_layout_references() -> None:
    reference = parse("oci-layout:dist/registry:example/provider:v1")
    assert reference == Reference("oci-layout:dist/registry", "example/provider", "v1")
    assert reference.is_layout
    assert reference.layout_directory == "dist/registry"
    assert str(reference) == "oci-layout:dist/registry:example/provider:v1"
    assert join("oci-layout:/tmp/x", "a", "v1") == "oci-layout:/tmp/x:a:v1"


def test_tag_and_digest() -> None:
    digest = "sha256:" + "0" * 64
    reference = parse(f"example.org/aa:v1@{digest}")
    assert (reference.tag, reference.digest) == ("v1", digest)
    assert str(reference) == f"example.org/aa:v1@{digest}"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("a.localhost", True),
        ("127.8.9.1", True),
        ("[::1]", True),
        ("localhost.example.org", False),
        ("notlocalhost", False),
        ("127.0.0.1.example.org", False),
        ("128.0.0.1", False),
        ("10.0.0.1", False),
        ("[2001:db8::1]", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    """Plain http by default only for loopback."""
    assert is_loopback(host) is loopback
    assert scheme_of(f"{host}:5000") == ("http" if loopback else "https")


def test_split_port() -> None:
    assert split_port("[::1]") == ("[::1]", "")
    assert split_port("[::1]:80") == ("[::1]", "80")
    assert split_port("example.org") == ("example.org", "")
