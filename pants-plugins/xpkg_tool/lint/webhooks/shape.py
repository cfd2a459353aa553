"""The fields of Validating- and MutatingWebhookConfigurations (admissionregistration.k8s.io/v1)."""

from __future__ import annotations

from xpkg_tool.lint.shapes import INTEGER, OBJECT_META, STRING, ListOf, MapOf, Shape, Struct

_SERVICE = Struct({"namespace": STRING, "name": STRING, "path": STRING, "port": INTEGER})
_SELECTOR = Struct(
    {
        "matchLabels": MapOf(STRING),
        "matchExpressions": ListOf(
            Struct({"key": STRING, "operator": STRING, "values": ListOf(STRING)})
        ),
    }
)
_WEBHOOK: dict[str, Shape] = {
    "name": STRING,
    "clientConfig": Struct({"url": STRING, "service": _SERVICE, "caBundle": STRING}),
    "rules": ListOf(
        Struct(
            {
                "operations": ListOf(STRING),
                "apiGroups": ListOf(STRING),
                "apiVersions": ListOf(STRING),
                "resources": ListOf(STRING),
                "scope": STRING,
            }
        )
    ),
    "failurePolicy": STRING,
    "matchPolicy": STRING,
    "namespaceSelector": _SELECTOR,
    "objectSelector": _SELECTOR,
    "sideEffects": STRING,
    "timeoutSeconds": INTEGER,
    "admissionReviewVersions": ListOf(STRING),
    "matchConditions": ListOf(Struct({"name": STRING, "expression": STRING})),
}


def _configuration(webhook: dict[str, Shape]) -> Struct:
    return Struct(
        {
            "apiVersion": STRING,
            "kind": STRING,
            "metadata": OBJECT_META,
            "webhooks": ListOf(Struct(webhook)),
        }
    )


VALIDATING = _configuration(_WEBHOOK)
MUTATING = _configuration({**_WEBHOOK, "reinvocationPolicy": STRING})
