"""Which package may hold which object, and which kind was probably meant."""

from __future__ import annotations

import pytest

from xpkg_tool.package.types import (
    ALL_META,
    ALL_OBJECTS,
    PACKAGE_TYPES,
    ObjectKind,
    nearest,
    type_of_meta,
    types_that_hold,
)

CRD = ObjectKind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
XRD = ObjectKind("apiextensions.crossplane.io/v1", "CompositeResourceDefinition")


def test_each_meta_object_has_its_type() -> None:
    for name, package_type in PACKAGE_TYPES.items():
        assert {type_of_meta(kind) for kind in package_type.meta} == {package_type}
        assert {kind.kind for kind in package_type.meta} == {name}
    assert type_of_meta(CRD) is None and not ALL_META & ALL_OBJECTS


def test_what_a_provider_holds_a_configuration_does_not() -> None:
    assert types_that_hold(CRD) == ("Provider", "Function")
    assert types_that_hold(XRD) == ("Configuration",)
    assert types_that_hold(ObjectKind("apps/v1", "Deployment")) == ()


@pytest.mark.parametrize(
    ("written", "among", "meant"),
    [
        (
            ("x/v9", "Kind"),
            [("x/v1alpha1", "Kind"), ("x/v1", "Kind"), ("x/v2beta1", "Kind")],
            "x/v1",
        ),
        (("x/v1", "Provder"), [("y/v1", "Provider"), ("x/v1", "Function")], "y/v1"),
        (("x/v1", "Deployment"), [("x/v1", "Provider")], None),
        (("x/v1", "Kind"), [], None),
    ],
)
def test_the_nearest_is_the_most_stable_of_its_kind(
    written: tuple[str, str], among: list[tuple[str, str]], meant: str | None
) -> None:
    found = nearest(ObjectKind(*written), [ObjectKind(*kind) for kind in among])
    assert (found and found.api_version) == meant
