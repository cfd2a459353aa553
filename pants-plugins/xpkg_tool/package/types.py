"""The package types, their meta objects, and the objects that each may contain.

The tables are those of crossplane-runtime's pkg/xpkg (scheme and linters) at Crossplane 2.3.
"""

from __future__ import annotations

from typing import Iterable, NamedTuple

from xpkg_tool.diagnostics.suggestions import misspelling

META_GROUP = "meta.pkg.crossplane.io"


class ObjectKind(NamedTuple):
    """`api_version` (`group/version`, or `version` alone for the core group) and `kind`."""

    api_version: str
    kind: str

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    def __str__(self) -> str:
        return f"{self.kind} ({self.api_version})"


def _metas(kind: str, *versions: str) -> frozenset[ObjectKind]:
    return frozenset(ObjectKind(f"{META_GROUP}/{version}", kind) for version in versions)


_EXTENSIONS = "apiextensions.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_CROSSPLANE = "apiextensions.crossplane.io"
_OPERATIONS = "ops.crossplane.io"

CRD = ObjectKind(f"{_EXTENSIONS}/v1", "CustomResourceDefinition")
CRD_V1BETA1 = ObjectKind(f"{_EXTENSIONS}/v1beta1", "CustomResourceDefinition")
MUTATING_WEBHOOKS = ObjectKind(f"{_ADMISSION}/v1", "MutatingWebhookConfiguration")
VALIDATING_WEBHOOKS = ObjectKind(f"{_ADMISSION}/v1", "ValidatingWebhookConfiguration")
XRD_V1 = ObjectKind(f"{_CROSSPLANE}/v1", "CompositeResourceDefinition")
XRD_V2 = ObjectKind(f"{_CROSSPLANE}/v2", "CompositeResourceDefinition")
COMPOSITION = ObjectKind(f"{_CROSSPLANE}/v1", "Composition")
ACTIVATION_POLICY = ObjectKind(f"{_CROSSPLANE}/v1alpha1", "ManagedResourceActivationPolicy")
MANAGED_DEFINITION = ObjectKind(f"{_CROSSPLANE}/v1alpha1", "ManagedResourceDefinition")
OPERATION = ObjectKind(f"{_OPERATIONS}/v1alpha1", "Operation")
CRON_OPERATION = ObjectKind(f"{_OPERATIONS}/v1alpha1", "CronOperation")
WATCH_OPERATION = ObjectKind(f"{_OPERATIONS}/v1alpha1", "WatchOperation")

_CRDS = frozenset({CRD, CRD_V1BETA1})


class PackageType(NamedTuple):
    """A type of package: the kinds of its meta object, and those of the objects in it."""

    name: str
    meta: frozenset[ObjectKind]
    objects: frozenset[ObjectKind]


PROVIDER = PackageType(
    "Provider",
    _metas("Provider", "v1", "v1alpha1"),
    _CRDS | {MANAGED_DEFINITION, MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS},
)
CONFIGURATION = PackageType(
    "Configuration",
    _metas("Configuration", "v1", "v1alpha1"),
    frozenset(
        {XRD_V1, XRD_V2, COMPOSITION, ACTIVATION_POLICY, CRON_OPERATION, OPERATION, WATCH_OPERATION}
    ),
)
FUNCTION = PackageType("Function", _metas("Function", "v1", "v1beta1"), _CRDS)

# The first release of Crossplane that accepts objects of a kind; earlier releases refuse the whole
# package. Kinds that are not listed are accepted by all releases.
# Source: Crossplane's internal/xpkg/lint.go.
FIRST_RELEASES = {
    **dict.fromkeys((XRD_V2, CRON_OPERATION, OPERATION, WATCH_OPERATION), "2.0"),
    **dict.fromkeys((ACTIVATION_POLICY, MANAGED_DEFINITION), "2.1"),
}

PACKAGE_TYPES = {t.name: t for t in (PROVIDER, CONFIGURATION, FUNCTION)}

ALL_META = frozenset().union(*(t.meta for t in PACKAGE_TYPES.values()))
ALL_OBJECTS = frozenset().union(*(t.objects for t in PACKAGE_TYPES.values()))

_TYPE_OF_META = {kind: t for t in PACKAGE_TYPES.values() for kind in t.meta}


def type_of_meta(kind: ObjectKind) -> PackageType | None:
    """The package type whose meta object `kind` is; None for anything else."""
    return _TYPE_OF_META.get(kind)


def types_that_hold(kind: ObjectKind) -> tuple[str, ...]:
    """The names of the package types that may hold `kind`."""
    return tuple(name for name, t in PACKAGE_TYPES.items() if kind in t.objects)


def bullet_list(kinds: Iterable[ObjectKind]) -> str:
    """The kinds as a sorted list for a message."""
    return ", ".join(str(k) for k in sorted(kinds, key=lambda k: (k.kind, k.api_version)))


def nearest(kind: ObjectKind, among: Iterable[ObjectKind]) -> ObjectKind | None:
    """The member of `among` that was probably meant: the same kind, or one that `kind` misspells.

    Only the kinds are compared: sharing a long group does not make two of them similar."""
    candidates = sorted(among)
    meant = misspelling(kind.kind, (k.kind for k in candidates))
    same = [k for k in candidates if k.kind == meant]
    return max(same, key=lambda k: (_is_stable(k), k.api_version)) if same else None


def _is_stable(kind: ObjectKind) -> bool:
    return not any(stage in kind.api_version for stage in ("alpha", "beta"))
