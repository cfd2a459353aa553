"""Manifests, indexes and configs that strangers wrote: typed values, or one ImageError."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.archives import MANIFEST, sha256
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.manifests import (
    choose_for_platform,
    parse_config,
    parse_index,
    parse_manifest,
    parse_value,
)

DESCRIPTOR = {"mediaType": "x/y", "digest": sha256(b"x"), "size": 1}


def manifest(**changes: Any) -> bytes:
    return json.dumps({"config": DESCRIPTOR, "layers": [DESCRIPTOR], **changes}).encode()


def index(*platforms: Any) -> bytes:
    entries = [
        {**DESCRIPTOR, "size": size, **({} if platform == "none" else {"platform": platform})}
        for size, platform in enumerate(platforms)
    ]
    return json.dumps({"manifests": entries}).encode()


def test_a_manifest() -> None:
    parsed = parse_manifest("p", manifest(layers=[DESCRIPTOR, DESCRIPTOR]), MANIFEST)
    assert (parsed.config.digest, [layer.size for layer in parsed.layers]) == (sha256(b"x"), [1, 1])
    assert parsed.raw == manifest(layers=[DESCRIPTOR, DESCRIPTOR])


@pytest.mark.parametrize(
    "changes",
    [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json"},
        {"layers": None},
        {"layers": {}},
        {"layers": [DESCRIPTOR] * 1000},
        {"config": None},
        {"config": {**DESCRIPTOR, "size": True}},
        {"config": {**DESCRIPTOR, "size": -1}},
        {"config": {**DESCRIPTOR, "digest": "sha256:" + "A" * 64}},
        {"config": {**DESCRIPTOR, "digest": "sha512:" + "a" * 128}},
        {"config": {**DESCRIPTOR, "annotations": {"a": 1}}},
        {"layers": [{**DESCRIPTOR, "mediaType": None}]},
    ],
)
def test_a_manifest_of_another_form(changes: dict[str, Any]) -> None:
    with pytest.raises(ImageError):
        parse_manifest("p", manifest(**changes), MANIFEST)


def test_a_type_that_is_no_manifest() -> None:
    with pytest.raises(ImageError):
        parse_manifest("p", manifest(), "text/html")


@pytest.mark.parametrize(
    ("platforms", "chosen"),
    [
        (["none"], 0),
        ([None], 0),
        ([{"os": "linux", "architecture": "arm64"}, {"os": "linux", "architecture": "amd64"}], 1),
        ([{"os": "linux", "architecture": "arm64"}, "none"], 1),
    ],
)
def test_the_image_that_the_package_manager_takes(platforms: list[Any], chosen: int) -> None:
    entries = parse_index("p", "the index", index(*platforms))
    assert choose_for_platform("p", entries).size == chosen


@pytest.mark.parametrize("platforms", [[], [{}], [{"os": "linux", "architecture": "arm64"}]])
def test_no_image_for_the_package_manager(platforms: list[Any]) -> None:
    """An empty platform is not the same as none."""
    with pytest.raises(ImageError, match="linux/amd64"):
        choose_for_platform("p", parse_index("p", "the index", index(*platforms)))


def test_a_config_may_leave_everything_out() -> None:
    config = parse_config("p", b"{}")
    assert (config.os, config.architecture, config.labels, config.diff_ids) == ("", "", {}, ())


@pytest.mark.parametrize(
    "config",
    [
        {"os": 1},
        {"config": {"Labels": {"a": 1}}},
        {"config": {"Labels": []}},
        {"rootfs": {"diff_ids": "x"}},
        {"rootfs": {"diff_ids": [1]}},
        [],
    ],
)
def test_a_config_of_another_form(config: Any) -> None:
    with pytest.raises(ImageError):
        parse_config("p", json.dumps(config).encode())


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"NaN", b"[Infinity]", b'"\\ud800"', b"9" * 5000, b"[" * 100_000, b"{} {}"],
)
def test_what_only_some_take_for_json(raw: bytes) -> None:
    with pytest.raises(ImageError):
        parse_value("p", "the config", raw, 1 << 20)


def test_the_limit_is_exact() -> None:
    assert parse_value("p", "the config", b"[1]", 3) == [1]
    with pytest.raises(ImageError):
        parse_value("p", "the config", b"[1]", 2)
