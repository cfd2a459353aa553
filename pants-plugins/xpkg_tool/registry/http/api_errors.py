"""Errors in the answers of a registry."""

from __future__ import annotations

import json

from xpkg_tool.diagnostics.errors import REGISTRY, PublishError, publish_error
from xpkg_tool.registry.http.client import Response
from xpkg_tool.registry.http.url_policy import redacted

# The specification's error codes. Nothing else in an error's body is shown: it may echo secrets.
_CODES = frozenset(
    [
        "BLOB_UNKNOWN",
        "BLOB_UPLOAD_INVALID",
        "BLOB_UPLOAD_UNKNOWN",
        "DIGEST_INVALID",
        "MANIFEST_BLOB_UNKNOWN",
        "MANIFEST_INVALID",
        "MANIFEST_UNKNOWN",
        "NAME_INVALID",
        "NAME_UNKNOWN",
        "SIZE_INVALID",
        "UNAUTHORIZED",
        "DENIED",
        "UNSUPPORTED",
        "TOOMANYREQUESTS",
        "TAG_INVALID",
    ]
)
_REMEDIES = {
    404: "Check the repository's name; some registries require it to be created first.",
    413: "A proxy or the registry limits the size of uploads: ask for a higher limit.",
}


def unexpected(registry: str, method: str, url: str, response: Response) -> PublishError:
    """The error for an answer of `registry` that does not fit this request."""
    codes = "".join(f", {code}" for code in error_codes(response))
    return publish_error(
        REGISTRY,
        f"The registry {registry} returned an unexpected answer: {method} {redacted(url)} has the "
        f"status {response.status}{codes}",
        _REMEDIES.get(
            response.status, "Check the repository's name, or contact the registry's administrator."
        ),
    )


def error_codes(response: Response) -> tuple[str, ...]:
    """The known error codes in an error's body."""
    if response.status < 400:
        return ()
    try:
        # Not parsed as integers: one with millions of digits takes minutes.
        errors = json.loads(response.body, parse_int=float)["errors"]
        found = {error["code"] for error in errors if isinstance(error["code"], str)}
    except (ValueError, LookupError, TypeError, RecursionError):
        return ()
    return tuple(sorted(found & _CODES))
