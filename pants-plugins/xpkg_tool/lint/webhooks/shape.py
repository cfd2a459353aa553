"""The fields of Validating- and MutatingWebhookConfigurations (admissionregistration.k8s.io/v1)."""

from __future__ import annotations

from xpkg_tool.lint.shapes import (
    INT32,
    LABEL_SELECTOR,
    STRING,
    WEBHOOK_CLIENT,
    ListOf,
    Shape,
    Struct,
    object_with,
    strings,
)

_RULE = Struct(
    {
        **dict.fromkeys(("operations", "apiGroups", "apiVersions", "resources"), ListOf(STRING)),
        "scope": STRING,
    }
)
_WEBHOOK: dict[str, Shape] = {
    "name": STRING,
    "clientConfig": WEBHOOK_CLIENT,
    "rules": ListOf(_RULE),
    **strings("failurePolicy", "matchPolicy"),
    "namespaceSelector": LABEL_SELECTOR,
    "objectSelector": LABEL_SELECTOR,
    "sideEffects": STRING,
    "timeoutSeconds": INT32,
    "admissionReviewVersions": ListOf(STRING),
    "matchConditions": ListOf(Struct(strings("name", "expression"))),
}

VALIDATING = object_with(webhooks=ListOf(Struct(_WEBHOOK)))
MUTATING = object_with(webhooks=ListOf(Struct({**_WEBHOOK, "reinvocationPolicy": STRING})))
