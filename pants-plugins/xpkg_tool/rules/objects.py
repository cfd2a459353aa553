"""Which rules look at which kind of object."""

from __future__ import annotations

from typing import Callable, Iterator, Mapping

from xpkg_tool.finding import Finding
from xpkg_tool.kinds import ALL_META, ObjectKind

from .composition import check_composition
from .crds.crd import check_crd, check_crd_v1beta1
from .depends import check_depends
from .managed import check_activation_policy, check_managed_definition
from .meta import check_meta
from .operations import check_cron_operation, check_operation, check_watch_operation
from .subject import Subject
from .xrd import check_xrd

Rule = Callable[[Subject], Iterator[Finding]]

# Filled in below, kind by kind: a rule for a new kind is a line here and a module of its own.
OBJECT_RULES: Mapping[ObjectKind, tuple[Rule, ...]] = {
    ObjectKind("apiextensions.k8s.io/v1", "CustomResourceDefinition"): (check_crd,),
    ObjectKind("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): (check_crd_v1beta1,),
    **dict.fromkeys(ALL_META, (check_meta, check_depends)),
    ObjectKind("apiextensions.crossplane.io/v1", "CompositeResourceDefinition"): (check_xrd,),
    ObjectKind("apiextensions.crossplane.io/v2", "CompositeResourceDefinition"): (check_xrd,),
    ObjectKind("apiextensions.crossplane.io/v1", "Composition"): (check_composition,),
    ObjectKind("apiextensions.crossplane.io/v1alpha1", "ManagedResourceActivationPolicy"): (
        check_activation_policy,
    ),
    ObjectKind("apiextensions.crossplane.io/v1alpha1", "ManagedResourceDefinition"): (
        check_managed_definition,
    ),
    ObjectKind("ops.crossplane.io/v1alpha1", "Operation"): (check_operation,),
    ObjectKind("ops.crossplane.io/v1alpha1", "CronOperation"): (check_cron_operation,),
    ObjectKind("ops.crossplane.io/v1alpha1", "WatchOperation"): (check_watch_operation,),
}


def check(kind: ObjectKind, subject: Subject) -> Iterator[Finding]:
    """All findings for one object."""
    for rule in OBJECT_RULES.get(kind, ()):
        yield from rule(subject)
