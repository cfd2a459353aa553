"""What has become of an object that installs a package."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.cluster.fake_kubectl import READY, condition, installed_object
from xpkg_tool.cluster.status import missing, status_of

UNHEALTHY = condition("Healthy", "False", "cannot resolve package dependencies")


@pytest.mark.parametrize(
    ("conditions", "words", "message"),
    [
        ((), "has not been looked at yet", ""),
        (READY, "is installed and healthy", ""),
        ((READY[0], UNHEALTHY), "is installed, but not healthy yet", UNHEALTHY["message"]),
        (
            (READY[0], condition("Healthy", "Unknown")),
            "is installed, but not healthy yet",
            "Healthy: HealthyReason",
        ),
        (
            (condition("Installed", "False", "cannot unpack"),),
            "is not installed yet",
            "cannot unpack",
        ),
        (
            (condition("Installed", "False", "same"), condition("Healthy", "False", "same")),
            "is not installed yet",
            "same",
        ),
    ],
)
def test_conditions(conditions: Any, words: str, message: str) -> None:
    status = status_of(installed_object("Provider", "a", *conditions))
    assert (status.words, status.message) == (words, message)
    assert status.is_ready == status.is_settled == (conditions == READY)


def test_conditions_of_the_package_before() -> None:
    """After an update, they are true of the old package until its successor has a revision."""
    value = installed_object("Provider", "a", *READY, currentIdentifier="r.example.org/a:v0")
    assert status_of(value).words == "has not been looked at yet"


def test_conditions_of_an_earlier_generation() -> None:
    stale = [condition(c["type"], "True", observedGeneration=1) for c in READY]
    value = installed_object("Provider", "a", *stale)
    assert status_of(value).is_ready
    value["metadata"]["generation"] = 2
    assert not status_of(value).is_ready


def test_a_revision_that_somebody_has_to_activate() -> None:
    inactive = condition("Installed", "False", "Package is inactive")
    inactive["reason"] = "InactivePackageRevision"
    value = installed_object("Provider", "a", inactive)
    assert not status_of(value).is_settled
    value["spec"]["revisionActivationPolicy"] = "Manual"
    assert status_of(value).is_settled
    assert not status_of(value).is_ready


def test_an_object_that_is_not_there() -> None:
    assert missing("Provider", "a", "b").words == "does not exist yet"


@pytest.mark.parametrize(
    "value", [{}, {"metadata": None, "status": None}, {"status": {"conditions": None}}]
)
def test_an_object_without_anything(value: dict[str, Any]) -> None:
    assert not status_of(value).is_settled
