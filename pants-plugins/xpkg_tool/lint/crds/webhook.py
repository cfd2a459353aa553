"""How versions of a CustomResourceDefinition are converted.

Crossplane itself fills in the service of a conversion webhook, with its name, namespace, port and
CA, while it installs the package (internal/controller/pkg/revision/establisher.go).
"""

from __future__ import annotations

from typing import Any, Iterator
from urllib.parse import urlsplit

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.crds.columns import check_int32
from xpkg_tool.lint.encoded import check_bundle
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject
from xpkg_tool.lint.type_names import is_dns_label
from xpkg_tool.package.names import is_dns_subdomain

CRD_CONVERSION = Rule("XP404", "crd-conversion", "The conversion of a CRD is not valid.")

_PATH = ("spec", "conversion")
_KNOWN_REVIEWS = ("v1", "v1beta1")


def check_conversion(subject: Subject) -> Iterator[Finding]:
    """All findings for `spec.conversion` (XP404)."""
    conversion = subject.get(*_PATH)
    if not isinstance(conversion, dict):
        return
    strategy = conversion.get("strategy")
    webhook = conversion.get("webhook")
    webhook = webhook if isinstance(webhook, dict) else {}
    yield from _encoded(subject, webhook.get("clientConfig"))
    if strategy == "Webhook":
        yield from _reviews(subject, webhook.get("conversionReviewVersions"))
        yield from _client(subject, webhook.get("clientConfig"))
        return
    if strategy is None or isinstance(strategy, str):
        if strategy != "None":
            what = (
                f"{shown(strategy)} is not a conversion strategy"
                if strategy
                else "The conversion has no `strategy`"
            )
            yield _finding(subject, f"{what}.", "Write `None` or `Webhook`.", "strategy")
        # What is null or empty counts as not there.
        for field in ("clientConfig", "conversionReviewVersions"):
            value = webhook.get(field)
            if value or value == {}:
                yield _finding(
                    subject,
                    f"`webhook.{field}` is only allowed with the strategy `Webhook`.",
                    "Remove it, or write `strategy: Webhook`.",
                    "webhook",
                    field,
                )


def check_webhook_of_xrd(subject: Subject) -> Iterator[Finding]:
    """All findings for the webhook of an XRD with the strategy `Webhook` (XP404). Crossplane copies
    it into the CustomResourceDefinitions as it is, and fills in nothing. What is missing as a whole
    is another finding."""
    webhook = subject.get(*_PATH, "webhook")
    webhook = webhook if isinstance(webhook, dict) else {}
    if webhook.get("conversionReviewVersions"):
        yield from _reviews(subject, webhook["conversionReviewVersions"])
    client = webhook.get("clientConfig")
    if not isinstance(client, dict):
        return
    yield from _encoded(subject, client)
    url, service = client.get("url"), client.get("service")
    if (url is None) == (service is None):
        found = "neither a `url` nor" if url is None else "both a `url` and"
        yield _finding(
            subject,
            f"The webhook has {found} a `service`; exactly one of them is required.",
            "Name the `service`, or the `url` of a webhook outside the cluster.",
            *("webhook", "clientConfig"),
        )
    elif isinstance(url, str) and (problem := _url_problem(url)):
        yield _finding(
            subject,
            f"Kubernetes does not accept the `url` of the webhook: {problem}.",
            "Write a URL such as `https://host.example.org/convert`.",
            *("webhook", "clientConfig", "url"),
        )
    elif isinstance(service, dict):
        yield from _path(subject, service.get("path"))
        port = service.get("port")
        if type(port) is int and not 0 < port < 2**16:
            yield _finding(
                subject,
                f"{port} is not a valid port number.",
                "Write a number from 1 to 65535, or remove it: 443 is the default.",
                *("webhook", "clientConfig", "service", "port"),
            )


def _url_problem(url: str) -> str:
    """What Kubernetes does not accept in the URL of a webhook; empty where nothing is wrong."""
    try:
        parsed = urlsplit(url)
    except ValueError:
        # What one parser cannot read, another one may.
        return ""
    if parsed.scheme != "https":
        return "it does not begin with `https://`"
    if not parsed.netloc:
        return "it names no host"
    for part, what in (
        ("@" in parsed.netloc, "a user"),
        (parsed.query, "a query"),
        (parsed.fragment, "a fragment"),
    ):
        if part:
            return f"it has {what}"
    return ""


def _finding(
    subject: Subject, message: str, remedy: str, *steps: str | int, severity: str = ERROR
) -> Finding:
    return subject.finding(CRD_CONVERSION, message, remedy, (*_PATH, *steps), severity=severity)


def _reviews(subject: Subject, versions: Any) -> Iterator[Finding]:
    steps = ("webhook", "conversionReviewVersions")
    if versions is not None and not isinstance(versions, list):
        return
    if not versions:
        yield _finding(
            subject,
            "The webhook has no `conversionReviewVersions`.",
            "Add `conversionReviewVersions: [v1]` under `webhook`.",
            *steps,
        )
        return
    texts = [version for version in versions if isinstance(version, str)]
    for index, version in enumerate(versions):
        if not isinstance(version, str):
            continue
        if versions.index(version) < index:
            yield _finding(
                subject, f"{shown(version)} is listed twice.", "Remove one.", *steps, index
            )
        elif not is_dns_label(version):
            message = f"{shown(version)} is not a valid version name."
            yield _finding(subject, message, "Write `v1`.", *steps, index)
    if not any(version in _KNOWN_REVIEWS for version in texts):
        yield _finding(
            subject,
            "The webhook supports no version of ConversionReview that Kubernetes knows.",
            "Add `v1` to `conversionReviewVersions`.",
            *steps,
        )


def _encoded(subject: Subject, client: Any) -> Iterator[Finding]:
    """What fails the build, whatever the strategy."""
    if not isinstance(client, dict):
        return
    path = (*_PATH, "webhook", "clientConfig")
    yield from check_int32(subject, (*path, "service", "port"))
    yield from check_bundle(subject, path, client)


def _client(subject: Subject, client: Any) -> Iterator[Finding]:
    if not isinstance(client, dict):
        return
    steps = ("webhook", "clientConfig")
    if client.get("url") is not None:
        both = isinstance(client.get("service"), dict)
        yield _finding(
            subject,
            "The webhook has a `url`; Crossplane adds a `service` when it installs the package, "
            "and Kubernetes accepts only one of the two.",
            "Remove the `url` and let the provider itself serve the webhook.",
            *steps,
            "url",
            severity=ERROR if both else WARNING,
        )
    service = client.get("service")
    if isinstance(service, dict):
        yield from _path(subject, service.get("path"))


def _path(subject: Subject, path: Any) -> Iterator[Finding]:
    if isinstance(path, str) and path not in ("", "/"):
        parts = path[1:].removesuffix("/").split("/")
        if not path.startswith("/") or not all(is_dns_subdomain(part) for part in parts):
            yield _finding(
                subject,
                f"{shown(path)} is not a valid webhook path.",
                "Write a path such as `/convert`: each part after a `/`, in lower case.",
                *("webhook", "clientConfig", "service", "path"),
            )
