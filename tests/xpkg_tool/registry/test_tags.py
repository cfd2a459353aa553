"""Listing the tags of a repository, whatever the registry does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.hostile_answers import ENDLESS
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.registry import tags as listing
from xpkg_tool.registry.tags import list_tags

LIST = "/tags/list"


def put(registry: FakeRegistry, *tags: str) -> None:
    for tag in tags:
        registry.manifests["a/b", tag] = ("", b"{}")


def tags_of(pusher: Pusher, registry: FakeRegistry) -> tuple[str, ...] | None:
    return list_tags(pusher.connect(registry.address).repository("a/b"))


def error(pusher: Pusher, registry: FakeRegistry) -> str:
    with pytest.raises(PublishError) as caught:
        tags_of(pusher, registry)
    assert caught.value.finding.remedy.endswith(".")
    return caught.value.finding.message


def page(*tags: Any, **headers: str) -> Fault:
    body = json.dumps({"name": "a/b", "tags": tags}).encode()
    return Fault("GET", LIST, nth=0, status=200, body=body, headers=headers)


@pytest.mark.parametrize("auth", ["", "basic", "token"])
@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_all_pages(auth: str, size: int, pusher: Pusher) -> None:
    with running(auth) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        put(registry, "v1.0.0", "v0.9.0", "latest", "v1.1.0", "sha256:" + "0" * 64)
        registry.page = size
        assert tags_of(pusher, registry) == ("latest", "v0.9.0", "v1.0.0", "v1.1.0")
        pages = -(-4 // size) if size else 1
        assert registry.count("GET", LIST) == pages


def test_the_order_is_the_registrys(pusher: Pusher) -> None:
    with running("", page("v2", "v10", "v1", "v2")) as registry:
        assert tags_of(pusher, registry) == ("v2", "v10", "v1")


def test_no_such_repository(pusher: Pusher) -> None:
    with running() as registry:
        assert tags_of(pusher, registry) is None


@pytest.mark.parametrize("tags", ["null", "[]"])
def test_a_repository_without_tags(tags: str, pusher: Pusher) -> None:
    fault = Fault("GET", LIST, status=200, body=f'{{"name": "a/b", "tags": {tags}}}'.encode())
    with running("", fault) as registry:
        assert tags_of(pusher, registry) == ()


def test_what_is_no_tag_is_left_out(pusher: Pusher) -> None:
    with running("", page("", "-a", "a/b", "v1", "ä", "a" * 129, "../x", "a b")) as registry:
        assert tags_of(pusher, registry) == ("v1",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"null",
        b'{"tags": {}}',
        b'{"tags": [1]}',
        b'{"tags": ' + b"9" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"tags": "v1"}',
    ],
    ids=lambda body: body[:20].decode(),
)
def test_no_list_of_tags(body: bytes, pusher: Pusher) -> None:
    with running("", Fault("GET", LIST, status=200, body=body)) as registry:
        assert "something else than a list of tags" in error(pusher, registry)


@pytest.mark.parametrize(
    "link",
    [
        '</v2/a/b/tags/list?last=v1>; rel="next"',
        "</v2/a/b/tags/list?last=v1>;rel=next",
        '</first>; rel="first", </v2/a/b/tags/list?last=v1>; rel="next"',
        '<http://{address}/v2/a/b/tags/list?last=v1>; title="x"; REL="next"',
        '<list?last=v1>; rel="next"',
    ],
)
def test_addresses_of_the_next_page(link: str, pusher: Pusher) -> None:
    with running() as registry:
        first = page("v1", Link=link.format(address=registry.address))
        registry.faults += [Fault("GET", "last=", status=200, body=b'{"tags": ["v2"]}'), first]
        assert tags_of(pusher, registry) == ("v1", "v2")


@pytest.mark.parametrize("link", ["", "x", "</x>", '</x>; rel="prev"', '</x>; rel="nextpage"', "<"])
def test_no_next_page(link: str, pusher: Pusher) -> None:
    with running("", page("v1", Link=link)) as registry:
        assert tags_of(pusher, registry) == ("v1",)
        assert registry.count("GET", LIST) == 1


def test_a_next_page_on_another_host_or_port_is_not_followed(pusher: Pusher) -> None:
    """Neither the request nor the credential goes there."""
    with running() as elsewhere, running("basic") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        put(elsewhere, "v2")
        there = f'<http://{elsewhere.address}/v2/a/b/tags/list>; rel="next"'
        registry.faults.append(page("v1", Link=there))
        assert "more tags on another host or port" in error(pusher, registry)
        assert elsewhere.seen == []


@pytest.mark.parametrize("link", ["file:///etc/passwd", "http://[", "https://user:canary@[::1]x/"])
def test_a_next_page_nowhere(link: str, pusher: Pusher) -> None:
    with running("", page("v1", Link=f'<{link}>; rel="next"')) as registry:
        assert "an address of more tags" in error(pusher, registry)


def test_a_next_page_that_was_there_before(pusher: Pusher) -> None:
    with running("", page("v1", Link='<?n=1000>; rel="next"')) as registry:
        assert "does not end, after 1 pages" in error(pusher, registry)


@pytest.mark.parametrize("limit", ["MAX_PAGES", "MAX_TAGS"])
def test_pages_without_an_end(limit: str, pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, limit, 20)
    with running() as registry:
        put(registry, *(f"v{number}" for number in range(100)))
        registry.page = 1
        assert "a list of tags that does not end" in error(pusher, registry)
        assert registry.count("GET", LIST) in (20, 21)


@pytest.mark.parametrize(("status", "tries"), [(429, 2), (500, 2), (503, 2)])
def test_faults_that_pass(status: int, tries: int, pusher: Pusher) -> None:
    with running("", Fault("GET", LIST, status=status)) as registry:
        put(registry, "v1")
        assert tags_of(pusher, registry) == ("v1",)
        assert registry.count("GET", LIST) == tries


STAYING: Mapping[str, tuple[Fault, str]] = {
    "rate limit": (Fault("GET", LIST, nth=0, status=429), "status 429 (4 attempts)"),
    "down": (Fault("GET", LIST, nth=0, reset_after=0), "(4 attempts)"),
    "silent": (Fault("GET", LIST, nth=0, delay=0.5), "no answer within 0.1 seconds"),
    "refused": (Fault("GET", LIST, nth=0, status=400), "has the status 400"),
    "denied": (Fault("GET", LIST, nth=0, status=403), "requires authentication"),
    "cut off": (Fault("GET", LIST, nth=0, cut_after=60), "(4 attempts)"),
    "too long": (
        Fault("GET", LIST, nth=0, endless=lambda: ENDLESS["body"](200)),
        "the answer is longer than",
    ),
}


@pytest.mark.parametrize(("fault", "text"), STAYING.values(), ids=STAYING)
def test_faults_that_stay(fault: Fault, text: str, pusher: Pusher) -> None:
    pusher.read_timeout = 0.1 if fault.delay else 5.0
    with running("", fault) as registry:
        put(registry, "v1")
        assert text in error(pusher, registry)
