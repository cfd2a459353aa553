"""Which rules look at which kind of object."""

from __future__ import annotations

from importlib import import_module
from typing import Callable, Iterator, Mapping

from xpkg_tool.diagnostics.finding import AnyFinding
from xpkg_tool.lint.subject import Subject
from xpkg_tool.package.types import ALL_META, ObjectKind

Rule = Callable[[Subject], Iterator[AnyFinding]]

_META = ("meta.check_meta", "depends.check_depends", "capabilities.check_capabilities")
_COLUMNS = "column_names.check_column_names"
_CRD = "apiextensions.k8s.io"
_CROSSPLANE = "apiextensions.crossplane.io"
_ADMISSION = "admissionregistration.k8s.io/v1"
_OPERATIONS = "ops.crossplane.io/v1alpha1"

# Rules by kind, as modules of this folder and functions in them: a rule for a new kind is a line
# here and a module of its own. They are imported by the first object of the kind, since most
# packages have objects of two or three.
OBJECT_RULES: Mapping[ObjectKind, tuple[str, ...]] = {
    ObjectKind(f"{_CRD}/v1", "CustomResourceDefinition"): (
        "crds.crd.check_crd",
        _COLUMNS,
    ),
    ObjectKind(f"{_CRD}/v1beta1", "CustomResourceDefinition"): ("crds.crd.check_crd_v1beta1",),
    **dict.fromkeys(ALL_META, _META),
    ObjectKind(f"{_CROSSPLANE}/v1", "CompositeResourceDefinition"): ("xrd.check_xrd", _COLUMNS),
    ObjectKind(f"{_CROSSPLANE}/v2", "CompositeResourceDefinition"): ("xrd.check_xrd", _COLUMNS),
    ObjectKind(f"{_CROSSPLANE}/v1", "Composition"): ("composition.check_composition",),
    ObjectKind(f"{_CROSSPLANE}/v1alpha1", "ManagedResourceActivationPolicy"): (
        "managed.check_activation_policy",
    ),
    ObjectKind(f"{_CROSSPLANE}/v1alpha1", "ManagedResourceDefinition"): (
        "managed.check_managed_definition",
        _COLUMNS,
    ),
    ObjectKind(_ADMISSION, "MutatingWebhookConfiguration"): (
        "webhooks.configuration.check_mutating",
    ),
    ObjectKind(_ADMISSION, "ValidatingWebhookConfiguration"): (
        "webhooks.configuration.check_validating",
    ),
    ObjectKind(_OPERATIONS, "Operation"): ("operations.check_operation",),
    ObjectKind(_OPERATIONS, "CronOperation"): (
        "operations.check_cron_operation",
        "schedule.check_schedule",
    ),
    ObjectKind(_OPERATIONS, "WatchOperation"): ("operations.check_watch_operation",),
}

_imported: dict[str, Rule] = {}


def check(kind: ObjectKind, subject: Subject) -> Iterator[AnyFinding]:
    """All findings for one object."""
    for name in OBJECT_RULES.get(kind, ()):
        yield from _rule(name)(subject)


def _rule(name: str) -> Rule:
    rule = _imported.get(name)
    if rule is None:
        module, _, function = name.rpartition(".")
        found: Rule = getattr(import_module(f"{__package__}.{module}"), function)
        rule = _imported[name] = found
    return rule
