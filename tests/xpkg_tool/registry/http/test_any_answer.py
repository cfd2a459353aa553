"""What strangers send, in any form: it is read, or refused with an error of ours."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.files.globs import BadPattern, compile_glob
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.manifests import MANIFEST_TYPES, parse_config, parse_index, parse_manifest
from xpkg_tool.package.semver import VersionError, parse_constraint, parse_version
from xpkg_tool.registry.auth.challenge import choose, parse_challenges
from xpkg_tool.registry.http.api_errors import error_codes, unexpected
from xpkg_tool.registry.http.client import Response
from xpkg_tool.registry.http.retry import parse_date, parse_retry_after
from xpkg_tool.registry.http.url_policy import follow, redacted

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(("Bearer", "Basic", "realm", "=", '"', "\\", ",", " ", "scope", "[", "]")),
        st.sampled_from(("https://", ":", "9" * 30, "-1", "inf", "nan", "@", "/../", "%", "?")),
        st.just("Sat, 28 Nov 2026 15:00:00 GMT"),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from([*MANIFEST_TYPES, f"sha256:{'0' * 64}", "linux"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [
                *("schemaVersion", "mediaType", "config", "layers", "manifests", "digest", "size"),
                *("annotations", "platform", "os", "architecture", "rootfs", "diff_ids", "errors"),
                *("code", "Labels"),
            ]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_any_header(text: str) -> None:
    for challenge in parse_challenges(text):
        assert challenge.scheme == challenge.scheme.lower()
    choose(text)
    parse_date(text)
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or seconds >= 0
    with suppress(PublishError):
        redacted(follow("https://r.example.org/v2/a/", text, "a redirect"))


@settings(max_examples=300, deadline=None)
@given(st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=40)))
def test_any_body(body: bytes) -> None:
    response = Response(500, {}, body, "https://r.example.org/v2/")
    error_codes(response)
    str(unexpected("r.example.org", "GET", response.url, response))
    for parse in (
        lambda: parse_manifest("p", body, MANIFEST_TYPES[0]),
        lambda: parse_index("p", "the index", body),
        lambda: parse_config("p", body),
    ):
        with suppress(ImageError):
            parse()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.vxX*-+~^<>=!,| a", max_size=30))
def test_any_constraint_and_version(text: str) -> None:
    for parse in (parse_constraint, parse_version):
        with suppress(VersionError):
            parse(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab/*?[]^-\\", max_size=16), st.text(alphabet="ab/", max_size=12))
def test_any_glob(pattern: str, path: str) -> None:
    with suppress(BadPattern):
        compile_glob(pattern).fullmatch(path)
