"""Repositories and tags with placeholders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.util.frozendict import FrozenDict

from xpkg.naming.placeholders import Naming
from xpkg.naming.variables import Variables
from xpkg.registries import Registry

NAMING = Naming(
    address=Address("platform/storage", target_name="provider"),
    package_name="provider-storage",
    repository=None,
    version="v1.2.3",
    image_tags=(),
    default_repository="{parent_directory}/{name}",
)
REGISTRY = Registry("registry.example.org")


@pytest.mark.parametrize(
    ("repository", "in_registry", "expected"),
    [
        (None, None, "platform/provider"),
        ("x/{package}", None, "x/provider-storage"),
        ("{directory}-{version}", None, "storage-v1.2.3"),
        ("team/{default_repository}", None, "team/platform/provider"),
        ("team/x", "mirror/{target_repository}", "mirror/team/x"),
        (None, "mirror/{target_repository}", "mirror/platform/provider"),
        (None, "{name}", "provider"),
    ],
)
def test_repositories(repository: str | None, in_registry: str | None, expected: str) -> None:
    naming = replace(NAMING, repository=repository)
    assert naming.repository_in(replace(REGISTRY, repository=in_registry)) == expected


def test_tags() -> None:
    assert NAMING.tags_in(REGISTRY) == ("v1.2.3",)
    assert replace(NAMING, version=None).tags_in(REGISTRY) == ("latest",)
    several = replace(NAMING, image_tags=("{version}", "{name}-main"))
    extra = replace(REGISTRY, extra_image_tags=("edge", "{version}"))
    assert several.tags_in(extra) == ("v1.2.3", "provider-main", "edge")


VARIABLES = Variables(FrozenDict(RELEASE="1.2", TEAM="t"), FrozenDict(CHANNEL="edge"))


def test_variables_and_build_arguments() -> None:
    naming = replace(
        NAMING,
        version="v{env.RELEASE}-{build_args.CHANNEL}",
        image_tags=("{version}", "{build_args.CHANNEL}", "{pants.hash}"),
        repository="{env.TEAM}/{default_repository}",
        digest="sha256:0123",
        variables=VARIABLES,
    )
    assert naming.repository_in(REGISTRY) == "t/platform/provider"
    assert naming.tags_in(REGISTRY) == ("v1.2-edge", "edge", "0123")


def test_a_version_knows_no_names_of_the_target() -> None:
    with pytest.raises(ValueError, match=r"`version` field .*'\{name\}'.*[\s\S]*'name' is unknown"):
        replace(NAMING, version="{name}").tags_in(REGISTRY)


@pytest.mark.parametrize("text", ["{}", "{0}", "{name.x}", "{name[x]}", "{{name}", "{name!z}"])
def test_braces_that_are_no_placeholder(text: str) -> None:
    with pytest.raises(ValueError, match="platform/storage:provider"):
        replace(NAMING, repository=text).repository_in(REGISTRY)


def test_what_a_registry_says_is_named_as_its_option() -> None:
    registry = replace(REGISTRY, alias="main", extra_image_tags=("{nope}",))
    with pytest.raises(ValueError, match=r"`\[xpkg.registries.main\].extra_image_tags`"):
        NAMING.tags_in(registry)
    with pytest.raises(ValueError, match=r"`\[xpkg.registries.main\].repository`"):
        NAMING.repository_in(replace(registry, repository="{nope}"))


def test_build_metadata_is_no_part_of_a_tag() -> None:
    with pytest.raises(ValueError, match=r"'v1\.2\.3\+7', and a tag cannot contain `\+`"):
        replace(NAMING, version="v1.2.3+7").tags_in(REGISTRY)


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"version": "{env.EMPTY}"}, r"`version` field .*'\{env\.EMPTY\}', which comes out empty"),
        ({"image_tags": ("{env.EMPTY}",)}, r"`image_tags` field .*'\{env\.EMPTY\}', which comes"),
    ],
)
def test_a_variable_that_is_empty_is_named_with_its_field(
    fields: dict[str, Any], source: str
) -> None:
    variables = Variables(FrozenDict(EMPTY=""), FrozenDict())
    with pytest.raises(ValueError, match=source) as error:
        replace(NAMING, variables=variables, **fields).tags_in(REGISTRY)
    assert "platform/storage:provider" in str(error.value)


def test_a_version_that_is_not_there() -> None:
    naming = replace(NAMING, version=None, image_tags=("{version}",))
    with pytest.raises(ValueError, match=r"platform/storage:provider has no `version`"):
        naming.tags_in(REGISTRY)


@pytest.mark.parametrize("name", ["", "Network", "a/B", "a b", "-a", "a" * 3 + "."])
def test_a_meta_object_whose_name_is_no_repository(name: str) -> None:
    """The package manager takes such packages; only their repositories need another name."""
    by_package = replace(NAMING, package_name=name, default_repository="{package}")
    mirror = replace(REGISTRY, alias="m", repository="mirror/{target_repository}")
    for naming, registry, source in (
        (by_package, REGISTRY, r"`\[xpkg\]\.default_repository`"),
        (replace(NAMING, package_name=name, repository="x/{package}"), REGISTRY, "`repository`"),
        (by_package, mirror, r"`\[xpkg\.registries\.m\]\.repository`"),
    ):
        with pytest.raises(ValueError, match=source) as error:
            naming.repository_in(registry)
        said = f"is {name!r}" if name else "is missing"
        assert f"the meta object of platform/storage:provider {said}" in str(error.value)
        assert "Give the target a repository" in str(error.value)
    named = replace(by_package, repository="team/x")
    assert named.repository_in(REGISTRY) == "team/x"
    assert named.repository_in(mirror) == "mirror/team/x"


def test_an_unknown_placeholder_names_the_field_and_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'nmae' is unknown") as error:
        replace(NAMING, repository="{nmae}").repository_in(REGISTRY)
    assert "`repository` field" in str(error.value) and "parent_directory" in str(error.value)
