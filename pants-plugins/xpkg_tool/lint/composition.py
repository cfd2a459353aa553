"""The rules for Compositions (apiextensions.crossplane.io/v1).

What Crossplane 1 alone knows (mode Resources, patch sets) depends on the package's constraint for
Crossplane: cross_object.py looks at that, by what package/summary.py keeps.
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import AnyFinding, Finding
from xpkg_tool.lint.fields import check_newer_fields, check_shape, choice, invalid, required
from xpkg_tool.lint.metadata import check_label_length, check_metadata
from xpkg_tool.lint.pipeline import PIPELINE, check_pipeline
from xpkg_tool.lint.shapes import ANYTHING, STRING, Struct, object_with, strings
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.package import types
from xpkg_tool.package.composition_fields import OLD_FIELDS, OLD_MODE

COMPOSITION = object_with(
    spec=Struct(
        {
            "compositeTypeRef": Struct(strings("apiVersion", "kind")),
            "mode": STRING,
            "pipeline": PIPELINE,
            "writeConnectionSecretsToNamespace": STRING,
            **dict.fromkeys(OLD_FIELDS, ANYTHING),
        }
    )
)

_REQUIRED = (
    "spec",
    "spec.compositeTypeRef",
    "spec.compositeTypeRef.apiVersion",
    "spec.compositeTypeRef.kind",
)


@checks(types.COMPOSITION)
def check_composition(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for a Composition."""
    yield from check_shape(subject, COMPOSITION)
    yield from check_newer_fields(subject, COMPOSITION)
    yield from check_metadata(subject)
    yield from check_label_length(subject, "each CompositionRevision")
    yield from required(subject, _REQUIRED)
    yield from choice(subject, "spec.mode", ("Pipeline", OLD_MODE))
    yield from _type_reference(subject)
    if not is_old(subject):
        yield from check_pipeline(subject, "spec", composition=True)


def is_old(subject: Subject) -> bool:
    """Whether it is a Composition of Crossplane 1 without a pipeline."""
    spec = subject.get("spec")
    if not isinstance(spec, dict) or spec.get("pipeline") is not None:
        return False
    old = (spec.get(field) is not None for field in ("resources", "patchSets"))
    return spec.get("mode") == OLD_MODE or any(old)


def _type_reference(subject: Subject) -> Iterator[Finding]:
    path = ("spec", "compositeTypeRef", "apiVersion")
    value = subject.get(*path)
    if isinstance(value, str) and value:
        group, _, version = value.partition("/")
        if not group or not version or "/" in version:
            yield invalid(
                subject,
                path,
                "is not the group and version of a composite resource",
                "Separate them by a `/`, for example `example.org/v1alpha1`.",
            )
