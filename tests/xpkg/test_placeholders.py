"""Repositories and tags with placeholders."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pants.engine.addresses import Address

from xpkg.placeholders import Naming
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


def test_a_version_that_is_not_there() -> None:
    naming = replace(NAMING, version=None, image_tags=("{version}",))
    with pytest.raises(ValueError, match=r"platform/storage:provider .* has no `version`"):
        naming.tags_in(REGISTRY)


def test_an_unknown_placeholder_names_the_field_and_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'nmae' is unknown") as error:
        replace(NAMING, repository="{nmae}").repository_in(REGISTRY)
    assert "`repository` field" in str(error.value) and "parent_directory" in str(error.value)
