"""Lists the tags of a repository (distribution specification 1.1, "Listing Tags")."""

from __future__ import annotations

import json
import re

from xpkg_tool.oci.manifests import integer
from xpkg_tool.oci.reference import TAG
from xpkg_tool.registry.http.client import Response
from xpkg_tool.registry.http.url_policy import follow, origin_of
from xpkg_tool.registry.repository import Repository

# What go-containerregistry asks for, and with it the package manager: most registries then need
# one page, and ECR refuses more.
_PAGE = 1000
# The largest public repositories have some ten thousand tags.
MAX_TAGS = 200_000
MAX_PAGES = 1_000

_LINK = re.compile(r"<([^<>]*)>([^<>]*)")
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"next"|next(?![^\s,;]))', re.IGNORECASE)


def list_tags(repository: Repository) -> tuple[str, ...] | None:
    """The tags in the order of the registry, each once; None if it has no such repository. What no
    tag can be called is left out: it could not be asked for. Raises PublishError."""
    tags: dict[str, None] = {}
    pages: set[str] = set()
    url = f"{repository.tags_url}?n={_PAGE}"
    while url:
        if url in pages or len(pages) >= MAX_PAGES or len(tags) > MAX_TAGS:
            raise repository.transport.error(
                f"sent a list of tags that does not end, after {len(pages):,} pages with "
                f"{len(tags):,} tags",
                "Contact its administrator.",
            )
        pages.add(url)
        page = repository.tags_page(url)
        if page is None:
            return None
        tags.update(dict.fromkeys(filter(TAG.fullmatch, _tags_in(repository, page))))
        url = _next_page(repository, page)
    return tuple(tags)


def _tags_in(repository: Repository, page: Response) -> list[str]:
    try:
        tags = json.loads(page.body, parse_int=integer)["tags"]
    except (ValueError, LookupError, TypeError, RecursionError):
        tags = ""
    # docker-registry has null for a repository without tags.
    if tags is None:
        return []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise repository.transport.error(
            "answered the request for tags with something else than a list of tags",
            "Check its name and port: a proxy or a web server may have answered instead.",
        )
    return tags


def _next_page(repository: Repository, page: Response) -> str:
    """The URL of the page after this one, or "". Raises PublishError if it is not where this one
    came from: a list that begins in one place has no reason to continue in another."""
    links = _LINK.findall(page.headers.get("link", ""))
    found = next((target for target, parameters in links if _NEXT.search(parameters)), "")
    if not found:
        return ""
    target = follow(page.url, found, "an address of more tags")
    if origin_of(target) != origin_of(page.url):
        raise repository.transport.error(
            "sent the address of more tags on another host or port; it was not followed",
            "Ask its administrator to correct the address that the registry returns (behind a "
            "proxy: the external URL).",
        )
    return target
