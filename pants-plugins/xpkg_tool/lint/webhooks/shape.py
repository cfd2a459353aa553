"""The fields of Validating- and MutatingWebhookConfigurations (admissionregistration.k8s.io/v1)."""

from __future__ import annotations

from xpkg_tool.lint.shapes import INTEGER, OBJECT_META, TEXT, ListOf, MapOf, Shape, Struct

_SERVICE = Struct({"namespace": TEXT, "name": TEXT, "path": TEXT, "port": INTEGER})
_SELECTOR = Struct(
    {
        "matchLabels": MapOf(TEXT),
        "matchExpressions": ListOf(Struct({"key": TEXT, "operator": TEXT, "values": ListOf(TEXT)})),
    }
)
_WEBHOOK: dict[str, Shape] = {
    "name": TEXT,
    "clientConfig": Struct({"url": TEXT, "service": _SERVICE, "caBundle": TEXT}),
    "rules": ListOf(
        Struct(
            {
                "operations": ListOf(TEXT),
                "apiGroups": ListOf(TEXT),
                "apiVersions": ListOf(TEXT),
                "resources": ListOf(TEXT),
                "scope": TEXT,
            }
        )
    ),
    "failurePolicy": TEXT,
    "matchPolicy": TEXT,
    "namespaceSelector": _SELECTOR,
    "objectSelector": _SELECTOR,
    "sideEffects": TEXT,
    "timeoutSeconds": INTEGER,
    "admissionReviewVersions": ListOf(TEXT),
    "matchConditions": ListOf(Struct({"name": TEXT, "expression": TEXT})),
}


def _configuration(webhook: dict[str, Shape]) -> Struct:
    return Struct(
        {
            "apiVersion": TEXT,
            "kind": TEXT,
            "metadata": OBJECT_META,
            "webhooks": ListOf(Struct(webhook)),
        }
    )


VALIDATING = _configuration(_WEBHOOK)
MUTATING = _configuration({**_WEBHOOK, "reinvocationPolicy": TEXT})
