"""`[xpkg].registries` and what targets make of it."""

from __future__ import annotations

import pytest

from xpkg.registries import ConfiguredRegistries, Registry, RegistryError
from xpkg.target_types import ALL_DEFAULT_REGISTRIES
from xpkg_tool.messages.registry import RegistryOptions

REGISTRIES = ConfiguredRegistries.from_dict(
    {
        "main": {"address": "registry.example.org", "default": True, "extra_image_tags": ["main"]},
        "default": {"address": "oci-layout:dist/registry"},
        "other": {"address": "other.example.org:5000", "skip_push": True},
    }
)
DEFAULT, MAIN, OTHER = REGISTRIES.configured


def test_the_defaults_are_those_marked_and_the_one_called_default() -> None:
    assert REGISTRIES.get([ALL_DEFAULT_REGISTRIES]) == (DEFAULT, MAIN)


def test_aliases_and_addresses_name_the_same_registry_once() -> None:
    names = ["@other", "other.example.org:5000", "new.example.org"]
    assert REGISTRIES.get(names) == (OTHER, Registry("new.example.org"))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["@nope"],
            "the alias '@nope'. Configured aliases: @default, @main, @other.",
        ),
        ([], "There is no registry to publish to"),
        (["main"], "'main' is the alias of a registry: write '@main'"),
    ],
)
def test_what_is_not_configured(names: list[str], message: str) -> None:
    with pytest.raises(RegistryError, match=r"help xpkg` describes it") as error:
        REGISTRIES.get(names)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("text", "must be a table of fields, but is 'text'"),
        ({}, "no address"),
        ({"address": "a", "adress": "b"}, "unknown fields: adress (did you mean address?)"),
        ({"address": "a", "mutable_tag": []}, "mutable_tag (did you mean mutable_tags?)"),
        (
            {"address": "a", "mutable_tags": "main"},
            "`mutable_tags` of the registry 'r' must be a list of non-empty strings, but is 'main'",
        ),
        ({"address": "a", "mutable_tags": [1]}, "must be a list of non-empty strings, but is [1]"),
        ({"address": "a", "ca_file": True}, "`ca_file` of the registry 'r' must be a string"),
        ({"address": "https://a"}, "must have the form <host>[:<port>]"),
        ({"address": "me:canary@a"}, "must have the form <host>[:<port>]"),
        ({"address": "a", "default": "yes"}, "must be a boolean, but is 'yes'"),
        ({"address": "a", "extra_image_tags": "main"}, "`extra_image_tags`"),
    ],
)
def test_a_wrong_option_is_explained(entry: object, message: str) -> None:
    with pytest.raises(RegistryError) as error:
        ConfiguredRegistries.from_dict({"r": entry})
    assert message in str(error.value)
    assert "canary" not in str(error.value)


def test_two_registries_at_one_host_agree_on_it() -> None:
    one = {"address": "ghcr.example.org/a", "ca_file": "ca.pem", "mutable_tags": ["main"]}
    other = {**one, "address": "ghcr.example.org/b", "repository": "x"}
    assert [
        r.host for r in ConfiguredRegistries.from_dict({"one": one, "other": other}).configured
    ] == [
        "ghcr.example.org",
        "ghcr.example.org",
    ]
    for field, value in (("insecure", True), ("ca_file", "b.pem"), ("mutable_tags", [])):
        with pytest.raises(RegistryError, match=f"'one' and 'other' .* differ in `{field}`"):
            ConfiguredRegistries.from_dict({"one": one, "other": {**other, field: value}})


def test_an_address_in_a_target_is_used_as_its_host_is_configured() -> None:
    table = {"address": "a.example.org", "insecure": True, "ca_file": "x", "mutable_tags": ["m"]}
    registries = ConfiguredRegistries.from_dict({"a": table})
    (found,) = registries.get(["a.example.org/team"])
    assert found.alias == "" and found.address == "a.example.org/team"
    assert found.options == RegistryOptions(True, "x", ("m",))


def test_an_alias_that_is_nearly_one() -> None:
    with pytest.raises(RegistryError, match="Did you mean @other"):
        REGISTRIES.get(["@othr"])


def test_full_names() -> None:
    assert MAIN.reference("a/b", "v1") == "registry.example.org/a/b:v1"
    assert DEFAULT.reference("a/b", "v1") == "oci-layout:dist/registry:a/b:v1"
