"""Names as upstream derives them, with the vectors of PR #1795 and its follow-ups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpkg_tool.package.names import (
    build_path,
    friendly_id,
    is_dns_subdomain,
    is_label_value,
    label_key_problem,
    to_dns_label,
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("-hi/my.name/is-", "hi-my-name-is"),
        ("a" * 64, "a" * 63),
        ("Provider_A", "rovider"),
        ("", ""),
        ("---", ""),
        ("xpkg.crossplane.io/org/provider-x:v1.0.0", "xpkg-crossplane-io-org-provider-x-v1-0-0"),
    ],
)
def test_dns_labels(text: str, label: str) -> None:
    assert to_dns_label(text) == label


@pytest.mark.parametrize(
    ("name", "digest", "expected"),
    [
        (
            "provider.aws-plusabunchofothernonsensethatisgoingtogetslicedoff",
            "1234.567891234567",
            "provider-aws-plusabunchofothernonsensethatisgoingt-1234-5678912",
        ),
        ("provider-in-cluster", "provider-in-cluster", "provider-in-cluster-provider-in"),
        ("provider-a", "sha256:" + "0123456789ab" * 5 + "cdef", "provider-a-0123456789ab"),
    ],
)
def test_friendly_ids(name: str, digest: str, expected: str) -> None:
    assert friendly_id(name, digest) == expected


@pytest.mark.parametrize(
    ("directory", "name", "path"),
    [
        ("", "test.tar", "test.xpkg"),
        ("path/to/somewhere.tar", "", "path/to/somewhere.xpkg"),
        ("path/to", "provider-a-0123456789ab", "path/to/provider-a-0123456789ab.xpkg"),
        ("dist", "a.b.c", "dist/a.b.xpkg"),
    ],
)
def test_build_paths(directory: str, name: str, path: str) -> None:
    assert build_path(directory, name) == path


@given(st.text(max_size=100), st.text(alphabet="0123456789abcdef", min_size=64, max_size=64))
def test_a_friendly_id_is_a_dns_label(name: str, digest: str) -> None:
    made = friendly_id(name, digest)
    assert len(made) <= 63
    assert is_dns_subdomain(made) and "." not in made


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a..b", "a" * 254, "../a"])
def test_what_is_no_name_in_kubernetes(name: str) -> None:
    assert not is_dns_subdomain(name)


@pytest.mark.parametrize("key", ["a", "a.b/c_d", "Team", "example.org/A-b", "a" * 63])
def test_label_keys(key: str) -> None:
    assert label_key_problem(key) == ""


@pytest.mark.parametrize("key", ["", "a/", "/a", "a/b/c", "-a", "a b", "a" * 64, "_x/a"])
def test_what_is_no_label_key(key: str) -> None:
    assert label_key_problem(key) != ""


@pytest.mark.parametrize(
    ("value", "valid"),
    [("", True), ("a_B.1", True), ("a" * 64, False), ("a:b", False), ("-", False)],
)
def test_label_values(value: str, valid: bool) -> None:
    assert is_label_value(value) == valid
