"""The fields of a CustomResourceDefinition. Schemas are left to the rules for schemas."""

from __future__ import annotations

from xpkg_tool.lint.shapes import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    OBJECT_META,
    TEXT,
    ListOf,
    Shape,
    Struct,
)
from xpkg_tool.lint.type_names import NAMES

_SERVICE = Struct({"namespace": TEXT, "name": TEXT, "path": TEXT, "port": INTEGER})
_CLIENT = Struct({"url": TEXT, "service": _SERVICE, "caBundle": TEXT})
_VALIDATION = Struct({"openAPIV3Schema": ANYTHING})
_SUBRESOURCES = Struct(
    {
        "status": Struct(),
        "scale": Struct(
            {"specReplicasPath": TEXT, "statusReplicasPath": TEXT, "labelSelectorPath": TEXT}
        ),
    }
)
_SELECTABLE = ListOf(Struct({"jsonPath": TEXT}))
_CONDITION = Struct(
    {
        "type": TEXT,
        "status": TEXT,
        "lastTransitionTime": ANYTHING,
        "reason": TEXT,
        "message": TEXT,
        "observedGeneration": INTEGER,
    }
)
_STATUS = Struct(
    {
        "conditions": ListOf(_CONDITION),
        "acceptedNames": NAMES,
        "storedVersions": ListOf(TEXT),
        "observedGeneration": INTEGER,
    }
)


def _columns(path: str) -> Shape:
    return ListOf(
        Struct(
            {
                "name": TEXT,
                "type": TEXT,
                "format": TEXT,
                "description": TEXT,
                "priority": INTEGER,
                path: TEXT,
            }
        )
    )


def _version(columns: Shape) -> Struct:
    return Struct(
        {
            "name": TEXT,
            "served": BOOLEAN,
            "storage": BOOLEAN,
            "deprecated": BOOLEAN,
            "deprecationWarning": TEXT,
            "schema": _VALIDATION,
            "subresources": _SUBRESOURCES,
            "additionalPrinterColumns": columns,
            "selectableFields": _SELECTABLE,
        }
    )


def _definition(spec: Struct) -> Struct:
    return Struct(
        {"apiVersion": TEXT, "kind": TEXT, "metadata": OBJECT_META, "spec": spec, "status": _STATUS}
    )


CRD = _definition(
    Struct(
        {
            "group": TEXT,
            "names": NAMES,
            "scope": TEXT,
            "versions": ListOf(_version(_columns("jsonPath"))),
            "conversion": Struct(
                {
                    "strategy": TEXT,
                    "webhook": Struct(
                        {"clientConfig": _CLIENT, "conversionReviewVersions": ListOf(TEXT)}
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
            "group": TEXT,
            "version": TEXT,
            "names": NAMES,
            "scope": TEXT,
            "validation": _VALIDATION,
            "subresources": _SUBRESOURCES,
            "versions": ListOf(_version(_columns("JSONPath"))),
            "additionalPrinterColumns": _columns("JSONPath"),
            "selectableFields": _SELECTABLE,
            "conversion": Struct(
                {
                    "strategy": TEXT,
                    "webhookClientConfig": _CLIENT,
                    "conversionReviewVersions": ListOf(TEXT),
                }
            ),
            "preserveUnknownFields": BOOLEAN,
        }
    )
)
