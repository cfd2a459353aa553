"""The fields of the objects beside `spec.package`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from tests.xpkg_tool.dependencies.install.closures import (
    CONFIGURATION,
    FUNCTION,
    HOST,
    SMALL,
    manifest,
    messages,
    package,
)
from xpkg_tool.messages.install import InstallOptions

ALL = InstallOptions(
    revision_activation_policy="Manual",
    revision_history_limit=0,
    package_pull_policy="IfNotPresent",
    package_pull_secrets=("registry", "mirror"),
    runtime_config_ref={"name": "small"},
    common_labels={"team": "platform", "example.org/tier": ""},
    common_annotations={"example.org/b": "two\nlines", "a": "1"},
    ignore_crossplane_constraints=False,
)


def test_all_fields_in_the_order_of_the_api() -> None:
    made = manifest(*SMALL, options=ALL)
    assert messages(made) == []
    function, provider, configuration = made.objects
    assert list(function["spec"].items()) == [
        ("package", "registry.example.org/team/function-a:v0.3.0"),
        ("revisionActivationPolicy", "Manual"),
        ("revisionHistoryLimit", 0),
        ("packagePullPolicy", "IfNotPresent"),
        ("packagePullSecrets", [{"name": "registry"}, {"name": "mirror"}]),
        ("ignoreCrossplaneConstraints", False),
        ("commonLabels", {"example.org/tier": "", "team": "platform"}),
        ("commonAnnotations", {"a": "1", "example.org/b": "two\nlines"}),
        ("runtimeConfigRef", {"name": "small"}),
    ]
    assert list(function["spec"]["commonLabels"]) == ["example.org/tier", "team"]
    assert "runtimeConfigRef" in provider["spec"]
    # It has no runtime.
    assert "runtimeConfigRef" not in configuration["spec"]


def test_resolution_is_off_on_all_objects_of_that_mode() -> None:
    made = manifest(*SMALL, mode="unresolved", options=InstallOptions(revision_history_limit=2))
    assert [o["spec"]["skipDependencyResolution"] for o in made.objects] == [True] * 3
    assert all("skipDependencyResolution" not in o["spec"] for o in manifest(*SMALL).objects)


def test_one_package_has_its_own() -> None:
    overrides = {
        FUNCTION.source: InstallOptions(revision_history_limit=5, common_labels={"a": "b"}),
        CONFIGURATION.origin: InstallOptions(revision_activation_policy="Automatic"),
    }
    made = manifest(*SMALL, options=ALL, overrides=overrides)
    assert messages(made) == []
    function, provider, configuration = (o["spec"] for o in made.objects)
    assert function["revisionHistoryLimit"] == 5
    assert function["commonLabels"] == {"a": "b"}
    assert function["revisionActivationPolicy"] == "Manual"
    assert provider["revisionHistoryLimit"] == 0
    assert configuration["revisionActivationPolicy"] == "Automatic"


WRONG = [
    ("revision_activation_policy", "manual", "must be one of 'Automatic', 'Manual', got 'manual'"),
    ("revision_history_limit", -1, "must be an integer of at least 0"),
    ("revision_history_limit", 2**63, "must be an integer of at least 0"),
    ("package_pull_policy", "", "must be one of 'Always', 'IfNotPresent', 'Never', got ''"),
    (
        "package_pull_secrets",
        ("Registry",),
        "has 'Registry', which is not a valid RFC 1123 subdomain",
    ),
    ("package_pull_secrets", ("a", "a"), "names 'a' twice"),
    ("runtime_config_ref", {}, "must have a `name`"),
    ("runtime_config_ref", {"name": "a", "namespace": "b"}, "has 'namespace'; its fields are"),
    ("runtime_config_ref", {"name": "a", "kind": ""}, "has an empty 'kind'"),
    ("common_labels", {"a": "b c"}, "has 'b c' for 'a', which is not a valid label value"),
    (
        "common_labels",
        {"a/b/c": "b"},
        "has 'a/b/c', which is not a valid key: it has more than one",
    ),
    ("common_annotations", {"": "b"}, "has '', which is not a valid key: it is empty"),
    ("reference", "sha256", "must be one of 'tag', 'digest', 'tag@digest', got 'sha256'"),
]


@pytest.mark.parametrize(("field", "value", "says"), WRONG)
def test_what_is_not_valid(field: str, value: Any, says: str) -> None:
    options = InstallOptions(**{field: value})
    if field != "reference":
        made = manifest(FUNCTION, options=options)
        assert [(f.code, f.path) for f in made.findings] == [("XP165", "install:install")]
        assert f"`{field}` {says}" in made.findings[0].message
    made = manifest(FUNCTION, overrides={FUNCTION.source: options})
    assert f"`overrides['{FUNCTION.source}'].{field}` {says}" in made.findings[0].message


def test_all_that_is_wrong_is_said_at_once() -> None:
    options = InstallOptions(
        revision_activation_policy="x", package_pull_policy="y", common_labels={"": ""}
    )
    assert len(manifest(FUNCTION, options=options).findings) == 3


def test_a_runtime_of_a_configuration() -> None:
    own = {CONFIGURATION.source: InstallOptions(runtime_config_ref={"name": "a"})}
    assert (
        "only Providers and Functions have a runtime"
        in messages(manifest(*SMALL, overrides=own))[0][1]
    )


def test_skipping_resolution_of_what_others_need() -> None:
    own = {FUNCTION.source: InstallOptions(skip_dependency_resolution=True)}
    made = manifest(*SMALL, overrides=own)
    assert [code for code, _ in messages(made)] == ["XP165"]
    assert "would install it once more" in messages(made)[0][1]
    root = {CONFIGURATION.source: InstallOptions(skip_dependency_resolution=True)}
    assert messages(manifest(*SMALL, overrides=root)) == []


def test_resolving_in_the_mode_that_does_not() -> None:
    own = {FUNCTION.source: InstallOptions(skip_dependency_resolution=False)}
    assert [c for c, _ in messages(manifest(*SMALL, mode="unresolved", overrides=own))] == ["XP165"]


def test_options_of_something_else() -> None:
    made = manifest(*SMALL, overrides={"packages/team/plaform:x": InstallOptions()})
    assert [code for code, _ in messages(made)] == ["XP165"]
    assert made.findings[0].remedy == "Name a target or a source of the closure."


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("packages/netwrok", "packages/network"),
        ("packages/netwrok:netwrok", "packages/network"),
        ("packages/network:netwrok", "packages/network:network"),
        (f"{HOST}/team/netwrk", f"{HOST}/team/network"),
        ("packages/edge", None),
        ("packages/storage", None),
        ("storage", None),
        (f"{HOST}/team/storage", None),
    ],
)
def test_only_what_is_near_is_suggested(key: str, meant: str | None) -> None:
    network = package("team/network", origin="packages/network:network")
    made = manifest(network, overrides={key: InstallOptions()})
    remedy = f"Did you mean {meant!r}?" if meant else "Name a target or a source of the closure."
    assert made.findings[0].remedy == remedy


API = [json.loads(line) for line in (VECTORS / "install-api.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("kind", ["Provider", "Configuration", "Function"])
def test_the_fields_are_those_of_the_newest_api(kind: str) -> None:
    newest = {
        row["field"].partition(".")[2]
        for row in API
        if (row["apiVersion"], row["kind"]) == ("pkg.crossplane.io/v1", kind)
        and row["field"].count(".") == 1
        and not row["field"].endswith("]")
        and row["last"] == "2.4"
    }
    own = {FUNCTION.source: InstallOptions(skip_dependency_resolution=False)}
    made = manifest(FUNCTION, options=ALL, overrides=own)
    ours = set(made.objects[0]["spec"])
    assert newest == (ours if kind != "Configuration" else ours - {"runtimeConfigRef"})


def test_all_that_is_wrong_with_a_field_is_said() -> None:
    options = InstallOptions(
        common_labels={"a/b/c": "x", "b": "x y", "d": "\u00e9"},
        runtime_config_ref={"nam": "x", "kind": ""},
        package_pull_secrets=("A", "b", "b"),
    )
    said = [message for _, message in messages(manifest(FUNCTION, options=options))]
    assert len([m for m in said if "`common_labels`" in m]) == 3
    assert len([m for m in said if "`runtime_config_ref`" in m]) == 3
    assert len([m for m in said if "`package_pull_secrets`" in m]) == 2


def test_one_package_under_two_names_is_an_error() -> None:
    """One of them would win, and the other be lost."""
    overrides = {
        FUNCTION.source: InstallOptions(revision_history_limit=5),
        FUNCTION.origin: InstallOptions(package_pull_policy="Never"),
    }
    ((_, message),) = messages(manifest(FUNCTION, overrides=overrides))
    assert f"`overrides` names {FUNCTION.source} more than once" in message
