"""The checks for each kind of object. `python build-support/rules.py` writes this.

A check is imported by the first object of its kinds: most packages have two or three kinds.
"""

# A kind is a line, however long.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Callable, Mapping

from xpkg_tool.lint.subject import Check
from xpkg_tool.package.types import ObjectKind


def _check_capabilities() -> Check:
    from xpkg_tool.lint.capabilities import check_capabilities
    return check_capabilities


def _check_column_names() -> Check:
    from xpkg_tool.lint.column_names import check_column_names
    return check_column_names


def _check_composition() -> Check:
    from xpkg_tool.lint.composition import check_composition
    return check_composition


def _check_crd() -> Check:
    from xpkg_tool.lint.crds.crd import check_crd
    return check_crd


def _check_crd_v1beta1() -> Check:
    from xpkg_tool.lint.crds.crd import check_crd_v1beta1
    return check_crd_v1beta1


def _check_depends() -> Check:
    from xpkg_tool.lint.depends import check_depends
    return check_depends


def _check_managed_definition() -> Check:
    from xpkg_tool.lint.managed import check_managed_definition
    return check_managed_definition


def _check_activation_policy() -> Check:
    from xpkg_tool.lint.managed import check_activation_policy
    return check_activation_policy


def _check_meta() -> Check:
    from xpkg_tool.lint.meta import check_meta
    return check_meta


def _check_operation() -> Check:
    from xpkg_tool.lint.operations import check_operation
    return check_operation


def _check_cron_operation() -> Check:
    from xpkg_tool.lint.operations import check_cron_operation
    return check_cron_operation


def _check_watch_operation() -> Check:
    from xpkg_tool.lint.operations import check_watch_operation
    return check_watch_operation


def _check_schedule() -> Check:
    from xpkg_tool.lint.schedule import check_schedule
    return check_schedule


def _check_validating() -> Check:
    from xpkg_tool.lint.webhooks.configuration import check_validating
    return check_validating


def _check_mutating() -> Check:
    from xpkg_tool.lint.webhooks.configuration import check_mutating
    return check_mutating


def _check_xrd() -> Check:
    from xpkg_tool.lint.xrd import check_xrd
    return check_xrd


CHECKS: Mapping[ObjectKind, tuple[Callable[[], Check], ...]] = {
    ObjectKind("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): (_check_mutating,),
    ObjectKind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): (_check_validating,),
    ObjectKind("apiextensions.crossplane.io/v1", "CompositeResourceDefinition"): (_check_column_names, _check_xrd,),
    ObjectKind("apiextensions.crossplane.io/v1", "Composition"): (_check_composition,),
    ObjectKind("apiextensions.crossplane.io/v1alpha1", "ManagedResourceActivationPolicy"): (_check_activation_policy,),
    ObjectKind("apiextensions.crossplane.io/v1alpha1", "ManagedResourceDefinition"): (_check_column_names, _check_managed_definition,),
    ObjectKind("apiextensions.crossplane.io/v2", "CompositeResourceDefinition"): (_check_column_names, _check_xrd,),
    ObjectKind("apiextensions.k8s.io/v1", "CustomResourceDefinition"): (_check_column_names, _check_crd,),
    ObjectKind("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): (_check_crd_v1beta1,),
    ObjectKind("meta.pkg.crossplane.io/v1", "Configuration"): (_check_capabilities, _check_depends, _check_meta,),
    ObjectKind("meta.pkg.crossplane.io/v1", "Function"): (_check_capabilities, _check_depends, _check_meta,),
    ObjectKind("meta.pkg.crossplane.io/v1", "Provider"): (_check_capabilities, _check_depends, _check_meta,),
    ObjectKind("meta.pkg.crossplane.io/v1alpha1", "Configuration"): (_check_capabilities, _check_depends, _check_meta,),
    ObjectKind("meta.pkg.crossplane.io/v1alpha1", "Provider"): (_check_capabilities, _check_depends, _check_meta,),
    ObjectKind("meta.pkg.crossplane.io/v1beta1", "Function"): (_check_capabilities, _check_depends, _check_meta,),
    ObjectKind("ops.crossplane.io/v1alpha1", "CronOperation"): (_check_cron_operation, _check_schedule,),
    ObjectKind("ops.crossplane.io/v1alpha1", "Operation"): (_check_operation,),
    ObjectKind("ops.crossplane.io/v1alpha1", "WatchOperation"): (_check_watch_operation,),
}
