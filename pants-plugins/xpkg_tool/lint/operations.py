"""The rules for Operations, CronOperations and WatchOperations (ops.crossplane.io/v1alpha1).

The shapes and what is required are those of Crossplane's CRDs (cluster/crds).
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import AnyFinding
from xpkg_tool.lint.fields import check_newer_fields, check_shape, choice, parts, required
from xpkg_tool.lint.metadata import check_label_length, check_metadata
from xpkg_tool.lint.pipeline import PIPELINE, check_pipeline
from xpkg_tool.lint.shapes import (
    ANYTHING,
    INT32,
    INTEGER,
    STRING,
    MapOf,
    Shape,
    Struct,
    object_with,
    strings,
)
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.package import types

_OPERATION_SPEC = Struct({"mode": STRING, "pipeline": PIPELINE, "retryLimit": INTEGER})
# The CRDs have no field in it, so that all are pruned.
_TEMPLATE = Struct({"metadata": Struct(), "spec": _OPERATION_SPEC})
_SCHEDULED: dict[str, Shape] = {
    "concurrencyPolicy": STRING,
    "successfulHistoryLimit": INT32,
    "failedHistoryLimit": INT32,
    "operationTemplate": _TEMPLATE,
}
_POLICIES = ("Allow", "Forbid", "Replace")
_STATUS = MapOf(ANYTHING)

OPERATION = object_with(spec=_OPERATION_SPEC, status=_STATUS)
CRON_OPERATION = object_with(
    spec=Struct({**_SCHEDULED, "schedule": STRING, "startingDeadlineSeconds": INTEGER}),
    status=_STATUS,
)
_WATCH = Struct(
    {**strings("apiVersion", "kind"), "matchLabels": MapOf(STRING), "namespace": STRING}
)
WATCH_OPERATION = object_with(spec=Struct({**_SCHEDULED, "watch": _WATCH}), status=_STATUS)


@checks(types.OPERATION)
def check_operation(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for an Operation."""
    yield from _common(subject, OPERATION, ())
    yield from _operation(subject, "spec")


@checks(types.CRON_OPERATION)
def check_cron_operation(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for a CronOperation."""
    yield from _common(subject, CRON_OPERATION, ("spec.schedule", "spec.operationTemplate"))
    yield from choice(subject, "spec.concurrencyPolicy", _POLICIES)
    yield from check_label_length(subject, "each Operation")
    yield from _template(subject)


@checks(types.WATCH_OPERATION)
def check_watch_operation(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for a WatchOperation."""
    wanted = ("spec.watch", "spec.watch.apiVersion", "spec.watch.kind", "spec.operationTemplate")
    yield from _common(subject, WATCH_OPERATION, wanted)
    yield from choice(subject, "spec.concurrencyPolicy", _POLICIES)
    yield from check_label_length(subject, "each Operation")
    yield from _template(subject)


def _common(subject: Subject, shape: Struct, wanted: tuple[str, ...]) -> Iterator[AnyFinding]:
    yield from check_shape(subject, shape)
    yield from check_newer_fields(subject, shape)
    yield from check_metadata(subject)
    yield from required(subject, ("spec", *wanted))


def _template(subject: Subject) -> Iterator[AnyFinding]:
    yield from required(subject, ("spec.operationTemplate.spec",))
    if subject.get("spec", "operationTemplate", "spec") is not None:
        yield from _operation(subject, "spec.operationTemplate.spec")


def _operation(subject: Subject, prefix: str) -> Iterator[AnyFinding]:
    # The CRDs have a default, but the package manager sends the empty string of its Go type.
    yield from required(subject, (f"{prefix}.mode",))
    if any(mode for _, mode in parts(subject.value, f"{prefix}.mode")):
        yield from choice(subject, f"{prefix}.mode", ("Pipeline",))
    yield from check_pipeline(subject, prefix)
