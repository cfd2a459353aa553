"""References and tags that a registry would refuse, or read as another one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.archives import HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import running
from tests.xpkg_tool.registry.reference_vectors import (
    LINES,
    REFUSED_BY_THE_SPECIFICATION,
    TAKEN_BY_THE_SPECIFICATION,
)
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import join, parse
from xpkg_tool.registry.http.client import urls
from xpkg_tool.registry.http.url_policy import origin_of

PAGE = Path(__file__).parents[4] / "docs" / "references.md"


@pytest.mark.parametrize(
    ("name", "column", "message"),
    [
        ("a/b:v1.0.0+abc", 11, "not allowed here in a tag"),
        ("a/b:" + "t" * 129, 133, "longer than 128"),
        ("a/B:v1", 3, "lower-case"),
        ("a/../b:v1", 3, "begins and ends"),
        ("a/b:v1 ", 7, "not allowed here in a tag"),
        ("a/b:v1\n", 7, "not allowed here in a tag"),
        ("a/b:\u0661", 5, "not allowed here in a tag"),
        ("a/b\u00ad:v1", 4, "not allowed in a repository"),
        ("a/b@sha256:" + "A" * 64, 5, "not a digest"),
        ("a/b@" + HYBRID_DIGEST[:-1], 5, "not a digest"),
    ],
)
def test_nothing_is_sent(pusher: Pusher, name: str, column: int, message: str) -> None:
    """The error points at the character, and a good reference beside it waits."""
    with running() as registry:
        good, bad = pusher.push(f"{registry.address}/a/b:v1", f"{registry.address}/{name}")
        assert isinstance(good, PublishError)
        assert isinstance(bad, PublishError)
        position = bad.finding.position
        assert position is not None
        assert position.column == len(registry.address) + 1 + column
        assert message in bad.finding.message
        assert all(seen.method in ("GET", "HEAD") for seen in registry.seen)


@pytest.mark.parametrize(
    ("registry", "column"),
    [
        ("[fe80::1%eth0]:5000", 1),
        ("[fe80::1%25eth0]:5000", 1),
        ("[::1]5000", 1),
        ("a." + "b" * 64 + ".org", 3),
        (".".join(["a" * 60] * 5), 1),
    ],
)
def test_hosts_that_are_none(registry: str, column: int) -> None:
    with pytest.raises(PublishError) as caught:
        parse(f"{registry}/a/b:v1")
    position = caught.value.finding.position
    assert position is not None
    assert position.column == column


_TEXT = st.lists(
    st.one_of(
        st.sampled_from(
            ["example.org", "localhost", "127.0.0.1", "[::1]", ":5000", "/", "a", "b", ":", "v1"]
        ),
        st.sampled_from([*"@.-_+%[]:/ \n\\?#", "sha256:", "0" * 64, "//", "..", "docker.io"]),
        st.text(max_size=2),
    ),
    max_size=9,
).map("".join)


@settings(max_examples=250, deadline=None, database=None)
@given(_TEXT)
def test_what_is_read_is_what_is_asked_for(text: str) -> None:
    """Any text is a reference or an error. A reference is the same again when it is written, and
    its parts stay where they belong in the addresses that are asked for."""
    try:
        reference = parse(text)
    except PublishError:
        return
    assert parse(str(reference)) == reference
    assert reference == parse(
        join(reference.registry, reference.repository, reference.tag, reference.digest)
    )
    if reference.is_layout:
        return
    address = urls("https", reference.registry, reference.repository)
    url = address.manifest(reference.tag or reference.digest)
    expected = f"/v2/{reference.repository}/manifests/{reference.tag or reference.digest}"
    assert url == f"https://{reference.registry}{expected}"
    assert origin_of(url) == origin_of(f"https://{reference.registry}/")


def test_the_page_lists_what_the_crossplane_cli_reads_otherwise() -> None:
    if not PAGE.exists():
        pytest.skip("the sandbox of ./pants test has no docs")
    text = PAGE.read_text("utf-8")
    listed = text.partition("<!-- differences -->")[2].partition("<!-- end of")[0]
    rows = re.findall(r"^\| `(.*?)` \| (\w+) \| (\w+) \|", listed, re.MULTILINE)
    known = {line["ref"]: line["strict"] for line in LINES}
    taken = {text.replace("a" * 128, "…") for text in TAKEN_BY_THE_SPECIFICATION}
    assert {ref for ref, _, here in rows if here == "accepted"} == taken
    assert {ref for ref, _, here in rows if here == "refused"} == REFUSED_BY_THE_SPECIFICATION
    for ref, there, _ in rows:
        strict = known[ref.replace("…", "a" * 128)]
        assert there == ("refused" if "error" in strict else "accepted")
    assert f"Of the {len(known)} references" in text
