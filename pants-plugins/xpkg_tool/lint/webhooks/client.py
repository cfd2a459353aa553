"""How a webhook is called: `clientConfig`, most of which Crossplane fills in.

While it installs the package, Crossplane adds a `service` where there is none, and sets its name,
its namespace and its port and the `caBundle`, whatever the package has there.
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.crds.columns import check_int32
from xpkg_tool.lint.encoded import check_bundle
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject
from xpkg_tool.package.names import is_dns_subdomain

WEBHOOK_CLIENT = Rule("XP501", "webhook-client", "A webhook has a URL, or its path is not valid.")


def check_client(subject: Subject, path: PathOf, client: Any) -> Iterator[Finding]:
    """All findings for the `clientConfig` at `path` (XP501), and what cannot be read (XP204)."""
    if not isinstance(client, dict):
        return
    if client.get("url") is not None:
        both = client.get("service") is not None
        yield subject.finding(
            WEBHOOK_CLIENT,
            "The webhook has a `url` and a `service`; Kubernetes accepts only one of the two."
            if both
            else "The webhook has a `url`; Crossplane adds a `service` when it installs the "
            "package, and Kubernetes accepts only one of the two.",
            "Remove the `url` and let the provider itself serve the webhook.",
            (*path, "url"),
            key=True,
        )
    service = client.get("service")
    if isinstance(service, dict):
        yield from _path(subject, (*path, "service", "path"), service.get("path"))
        yield from check_int32(subject, (*path, "service", "port"))
    yield from check_bundle(subject, path, client)


def _path(subject: Subject, at: PathOf, path: Any) -> Iterator[Finding]:
    if not isinstance(path, str) or path in ("", "/"):
        return
    parts = path[1:].removesuffix("/").split("/")
    if not path.startswith("/") or not all(is_dns_subdomain(part) for part in parts):
        yield subject.finding(
            WEBHOOK_CLIENT,
            f"{shown(path)} is not a valid webhook path.",
            "Write a path such as `/validate-buckets`: each part after a `/`, in lower-case "
            "letters, digits, `-` and `.`.",
            at,
        )
