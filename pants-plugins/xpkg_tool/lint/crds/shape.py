"""The fields of a CustomResourceDefinition. Schemas are left to the rules for schemas."""

from __future__ import annotations

from xpkg_tool.lint.shapes import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    OBJECT_META,
    STRING,
    ListOf,
    Shape,
    Struct,
)
from xpkg_tool.lint.type_names import NAMES

_SERVICE = Struct({"namespace": STRING, "name": STRING, "path": STRING, "port": INTEGER})
_CLIENT = Struct({"url": STRING, "service": _SERVICE, "caBundle": STRING})
_VALIDATION = Struct({"openAPIV3Schema": ANYTHING})
_SUBRESOURCES = Struct(
    {
        "status": Struct(),
        "scale": Struct(
            {"specReplicasPath": STRING, "statusReplicasPath": STRING, "labelSelectorPath": STRING}
        ),
    }
)
_SELECTABLE = ListOf(Struct({"jsonPath": STRING}))
_CONDITION = Struct(
    {
        "type": STRING,
        "status": STRING,
        "lastTransitionTime": ANYTHING,
        "reason": STRING,
        "message": STRING,
        "observedGeneration": INTEGER,
    }
)
_STATUS = Struct(
    {
        "conditions": ListOf(_CONDITION),
        "acceptedNames": NAMES,
        "storedVersions": ListOf(STRING),
        "observedGeneration": INTEGER,
    }
)


def _columns(path: str) -> Shape:
    return ListOf(
        Struct(
            {
                "name": STRING,
                "type": STRING,
                "format": STRING,
                "description": STRING,
                "priority": INTEGER,
                path: STRING,
            }
        )
    )


def _version(columns: Shape) -> Struct:
    return Struct(
        {
            "name": STRING,
            "served": BOOLEAN,
            "storage": BOOLEAN,
            "deprecated": BOOLEAN,
            "deprecationWarning": STRING,
            "schema": _VALIDATION,
            "subresources": _SUBRESOURCES,
            "additionalPrinterColumns": columns,
            "selectableFields": _SELECTABLE,
        }
    )


def _definition(spec: Struct) -> Struct:
    return Struct(
        {
            "apiVersion": STRING,
            "kind": STRING,
            "metadata": OBJECT_META,
            "spec": spec,
            "status": _STATUS,
        }
    )


CRD = _definition(
    Struct(
        {
            "group": STRING,
            "names": NAMES,
            "scope": STRING,
            "versions": ListOf(_version(_columns("jsonPath"))),
            "conversion": Struct(
                {
                    "strategy": STRING,
                    "webhook": Struct(
                        {"clientConfig": _CLIENT, "conversionReviewVersions": ListOf(STRING)}
                    ),
                }
            ),
            "preserveUnknownFields": BOOLEAN,
        }
    )
)

CRD_V1BETA1 = _definition(
    Struct(
        {
            "group": STRING,
            "version": STRING,
            "names": NAMES,
            "scope": STRING,
            "validation": _VALIDATION,
            "subresources": _SUBRESOURCES,
            "versions": ListOf(_version(_columns("JSONPath"))),
            "additionalPrinterColumns": _columns("JSONPath"),
            "selectableFields": _SELECTABLE,
            "conversion": Struct(
                {
                    "strategy": STRING,
                    "webhookClientConfig": _CLIENT,
                    "conversionReviewVersions": ListOf(STRING),
                }
            ),
            "preserveUnknownFields": BOOLEAN,
        }
    )
)
