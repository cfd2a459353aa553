"""Validating- and MutatingWebhookConfigurations in a Provider.

The rules are those of Kubernetes (pkg/apis/admissionregistration/validation) for a configuration
that is created, after Crossplane has changed it while it installs the package
(internal/controller/pkg/revision/establisher.go): it sets the configuration's name, and of each
webhook the CA and the service with its name, namespace and port.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import (
    WRONG_TYPE,
    check_shape,
    choice,
    invalid,
    missing,
    repeated,
    shown,
)
from xpkg_tool.lint.metadata import OBJECT_NAME, check_keys, check_name, check_times
from xpkg_tool.lint.shapes import Struct
from xpkg_tool.lint.subject import Subject, checks, dotted
from xpkg_tool.lint.type_names import is_dns_label
from xpkg_tool.lint.webhooks.client import check_client
from xpkg_tool.lint.webhooks.conditions import check_conditions
from xpkg_tool.lint.webhooks.requests import check_requests
from xpkg_tool.lint.webhooks.selectors import check_selector
from xpkg_tool.lint.webhooks.shape import MUTATING, VALIDATING
from xpkg_tool.package import types
from xpkg_tool.package.names import is_dns_subdomain

WEBHOOK_NAME = Rule(
    "XP500", "webhook-name", "A webhook's name is not a domain name, or is used twice."
)

_REVIEWS = ("v1", "v1beta1")
_SIDE_EFFECTS = ("None", "NoneOnDryRun")
_LONGEST_TIMEOUT = 30
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@checks(types.VALIDATING_WEBHOOKS)
def check_validating(subject: Subject) -> Iterator[Finding]:
    """All findings for a ValidatingWebhookConfiguration."""
    yield from _check(subject, VALIDATING)


@checks(types.MUTATING_WEBHOOKS)
def check_mutating(subject: Subject) -> Iterator[Finding]:
    """All findings for a MutatingWebhookConfiguration."""
    yield from _check(subject, MUTATING)
    yield from choice(subject, "webhooks[].reinvocationPolicy", ("Never", "IfNeeded"))


def _check(subject: Subject, shape: Struct) -> Iterator[Finding]:
    yield from check_shape(subject, shape)
    yield from _own_name(subject)
    yield from check_keys(subject)
    yield from check_times(subject, WRONG_TYPE)
    yield from choice(subject, "webhooks[].failurePolicy", ("Ignore", "Fail"))
    yield from choice(subject, "webhooks[].matchPolicy", ("Exact", "Equivalent"))
    yield from choice(subject, "webhooks[].sideEffects", _SIDE_EFFECTS)
    for again, first, name in repeated(subject.value, "webhooks", "name"):
        yield subject.finding(
            WEBHOOK_NAME,
            f"The configuration already has a webhook named {shown(name)}, at "
            f"`{dotted(first[:-1])}`.",
            "Rename one of the two: names must be unique within a configuration.",
            again,
        )
    webhooks = subject.value.get("webhooks")
    for index, webhook in enumerate(webhooks if isinstance(webhooks, list) else ()):
        # What is null is an empty webhook, as Go reads it.
        if webhook is None or isinstance(webhook, dict):
            yield from _webhook(subject, ("webhooks", index), webhook or {})


def _own_name(subject: Subject) -> Iterator[Finding]:
    """Crossplane gives the configuration another name, so a wrong one is never seen."""
    for finding in check_name(subject):
        yield subject.finding(
            OBJECT_NAME,
            f"{finding.message[:-1]}; the package can still be installed, since Crossplane names "
            "its webhook configurations itself.",
            finding.remedy,
            ("metadata", "name"),
            severity=WARNING,
        )


def _webhook(subject: Subject, path: PathOf, webhook: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _name(subject, (*path, "name"), webhook.get("name"))
    if webhook.get("sideEffects") is None:
        yield missing(subject, (*path, "sideEffects"), "; it must be `None` or `NoneOnDryRun`")
    yield from _reviews(subject, (*path, "admissionReviewVersions"), webhook)
    yield from _timeout(subject, (*path, "timeoutSeconds"), webhook.get("timeoutSeconds"))
    yield from check_client(subject, (*path, "clientConfig"), webhook.get("clientConfig"))
    yield from check_requests(subject, (*path, "rules"), webhook.get("rules"))
    for field in ("namespaceSelector", "objectSelector"):
        yield from check_selector(subject, (*path, field), webhook.get(field))
    conditions = webhook.get("matchConditions")
    yield from check_conditions(subject, (*path, "matchConditions"), conditions)


def _name(subject: Subject, path: PathOf, name: Any) -> Iterator[Finding]:
    if name is None or name == "":
        yield missing(subject, path)
    elif isinstance(name, str) and not (is_dns_subdomain(name) and name.count(".") > 1):
        yield subject.finding(
            WEBHOOK_NAME,
            f"{shown(name)} is not a valid name of a webhook: it must be a domain name with at "
            "least three segments.",
            "Write a name such as `buckets.example.org`: lower-case alphanumeric characters, `-` "
            "and `.`, at most 253.",
            path,
        )


def _reviews(subject: Subject, path: PathOf, webhook: Mapping[str, Any]) -> Iterator[Finding]:
    versions = webhook.get("admissionReviewVersions")
    if versions is None or versions == []:
        yield missing(subject, path, "; it lists the versions of AdmissionReview, such as `v1`")
        return
    if not isinstance(versions, list):
        return
    texts = ["" if version is None else version for version in versions]
    for index, version in enumerate(texts):
        if not isinstance(version, str):
            continue
        if texts.index(version) < index:
            why, remedy = f"is {shown(version)}, which is already in the list", "Remove one."
            yield invalid(subject, (*path, index), why, remedy)
        elif not is_dns_label(version):
            why = f"is {shown(version)}, which is not a valid version name"
            yield invalid(subject, (*path, index), why, "Write `v1`.")
    if not any(version in _REVIEWS for version in texts):
        why = "must include a version of AdmissionReview that Kubernetes knows"
        yield invalid(subject, path, why, "Add `v1`.")


def _timeout(subject: Subject, path: PathOf, seconds: Any) -> Iterator[Finding]:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return
    if not 1 <= seconds <= _LONGEST_TIMEOUT:
        why = f"is {seconds}; it must be between 1 and {_LONGEST_TIMEOUT}"
        yield invalid(subject, path, why, "Write a number of seconds from 1 to 30.")
