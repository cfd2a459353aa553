"""The fields of a CustomResourceDefinition. Schemas are left to the rules for schemas."""

from __future__ import annotations

from xpkg_tool.lint.shapes import (
    ANYTHING,
    BOOLEAN,
    INT32,
    INTEGER,
    STRING,
    WEBHOOK_CLIENT,
    ListOf,
    Shape,
    Struct,
    object_with,
    strings,
)
from xpkg_tool.lint.type_names import NAMES

# The parts that an XRD has as well.
SCHEMA = Struct({"openAPIV3Schema": ANYTHING})
SCALE = Struct(strings("specReplicasPath", "statusReplicasPath", "labelSelectorPath"))
CONVERSION = Struct(
    {
        "strategy": STRING,
        "webhook": Struct(
            {"clientConfig": WEBHOOK_CLIENT, "conversionReviewVersions": ListOf(STRING)}
        ),
    }
)


def columns(path: str = "jsonPath") -> Shape:
    """Printer columns, the path of each in the field `path`."""
    return ListOf(
        Struct(
            {
                **strings("name", "type", "format", "description"),
                "priority": INT32,
                path: STRING,
            }
        )
    )


_SUBRESOURCES = Struct({"status": Struct(), "scale": SCALE})
_SELECTABLE = ListOf(Struct(strings("jsonPath")))
_CONDITION = Struct(
    {
        **strings("type", "status"),
        "lastTransitionTime": ANYTHING,
        **strings("reason", "message"),
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


def _version(columns: Shape) -> Struct:
    return Struct(
        {
            "name": STRING,
            **dict.fromkeys(("served", "storage", "deprecated"), BOOLEAN),
            "deprecationWarning": STRING,
            "schema": SCHEMA,
            "subresources": _SUBRESOURCES,
            "additionalPrinterColumns": columns,
            "selectableFields": _SELECTABLE,
        }
    )


CRD = object_with(
    spec=Struct(
        {
            "group": STRING,
            "names": NAMES,
            "scope": STRING,
            "versions": ListOf(_version(columns())),
            "conversion": CONVERSION,
            "preserveUnknownFields": BOOLEAN,
        }
    ),
    status=_STATUS,
)

CRD_V1BETA1 = object_with(
    spec=Struct(
        {
            **strings("group", "version"),
            "names": NAMES,
            "scope": STRING,
            "validation": SCHEMA,
            "subresources": _SUBRESOURCES,
            "versions": ListOf(_version(columns("JSONPath"))),
            "additionalPrinterColumns": columns("JSONPath"),
            "selectableFields": _SELECTABLE,
            "conversion": Struct(
                {
                    "strategy": STRING,
                    "webhookClientConfig": WEBHOOK_CLIENT,
                    "conversionReviewVersions": ListOf(STRING),
                }
            ),
            "preserveUnknownFields": BOOLEAN,
        }
    ),
    status=_STATUS,
)
