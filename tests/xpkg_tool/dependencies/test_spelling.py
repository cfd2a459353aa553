"""Sources that are nearly one of the repository's own."""

from __future__ import annotations

import pytest

from xpkg_tool.dependencies.spelling import Spellings, normalized

OWN = (
    "registry.example.org/platform/function-naming",
    "registry.example.org/platform/provider-aws-ec2",
    "docker.io/team/network",
    "docker.io/library/alone",
)


@pytest.mark.parametrize(
    ("package", "meant"),
    [
        ("Registry.Example.org/Platform/function-naming", OWN[0]),
        ("registry.example.org:443/platform/function-naming", OWN[0]),
        ("registry.example.org/platform/function-naming:v1", OWN[0]),
        ("team/network", OWN[2]),
        ("index.docker.io/team/network", OWN[2]),
        ("alone", OWN[3]),
        ("docker.io/alone", OWN[3]),
        ("other.example.org/team/network", None),
        ("registry.example.org/team/network", None),
    ],
)
def test_what_a_registry_client_takes_for_the_same(package: str, meant: str | None) -> None:
    assert Spellings(OWN).same(package) == meant


@pytest.mark.parametrize(
    ("package", "meant"),
    [
        ("registry.example.org/platform/function-namings", OWN[0]),
        ("registry.example.org/platform/fucntion-naming", OWN[0]),
        ("registry.exmaple.org/platform/function-naming", OWN[0]),
        ("registry.example.org/platform/function_naming", OWN[0]),
        ("registry.example.org/platform/functionnaming", OWN[0]),
        # Other packages: of another service, of another kind, of somebody else.
        ("registry.example.org/platform/provider-aws-ecs", None),
        ("registry.example.org/platform/provider-aws-ec3", None),
        ("registry.example.org/platform/function-nothing-like-it", None),
        ("registry.example.org/platform/provider-naming", None),
        ("registry.example.com/platform/function-naming", None),
        ("registry.example.org/network/function-naming", None),
    ],
)
def test_what_is_very_likely_meant(package: str, meant: str | None) -> None:
    assert Spellings(OWN).near(package) == meant


@pytest.mark.parametrize(
    ("package", "meant"),
    [
        ("registry.example.org/platform/network", "registry.example.org/network"),
        ("registry.example.org/a/b/network", "registry.example.org/network"),
        ("registry.example.org/platform/other", None),
        ("registry.example.com/platform/network", None),
        ("registry.example.org/network", None),
        ("network", None),
    ],
)
def test_a_repository_that_nobody_has_set(package: str, meant: str | None) -> None:
    assert Spellings((*OWN, "registry.example.org/network")).without_folder(package) == meant


def test_a_name_is_normalized_once() -> None:
    for source in OWN:
        assert normalized(normalized(source)) == normalized(source)
