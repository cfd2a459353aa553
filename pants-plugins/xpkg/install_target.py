"""The `xpkg_install` target and its fields."""

from __future__ import annotations

import difflib
from typing import Any, Mapping, Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    AsyncFieldMixin,
    Dependencies,
    DictStringToStringField,
    Field,
    IntField,
    InvalidFieldException,
    SpecialCasedDependencies,
    StringField,
    StringSequenceField,
    Target,
    TriBoolField,
)
from pants.util.docutil import bin_name
from pants.util.frozendict import FrozenDict
from pants.util.strutil import help_text

from xpkg.target_types import XpkgOutputPathField
from xpkg_tool.messages.install import InstallOptions

_Raw = Optional[Mapping[str, Any]]
_Overrides = Optional[FrozenDict[str, InstallOptions]]


class XpkgInstallPackagesField(SpecialCasedDependencies):
    alias = "packages"
    help = help_text(
        """
        Install these `xpkg_package` targets, by address, and all that they depend on: packages of
        this repository, and of the lock.

        Example:

            xpkg_install(packages=["packages/configuration-network"])
        """
    )


class XpkgInstallDependenciesField(Dependencies):
    help = help_text(
        f"""
        What the manifest depends on beside `packages`. The lock it takes external packages from
        is inferred, so that a change of the lock changes the manifest for
        `{bin_name()} --changed-since=REV --changed-dependents=transitive`.
        """
    )


class XpkgInstallExternalPackagesField(StringSequenceField):
    alias = "external_packages"
    help = help_text(
        """
        Install these external packages as well, by source: the repository with its registry, as
        `spec.dependsOn` writes it, without a tag or a digest. `generate-lockfiles` locks them, at
        the highest version that satisfies all packages that ask for them.

        Example:

            xpkg_install(external_packages=["registry.example.org/team/provider-storage"])
        """
    )


class XpkgInstallResolveField(StringField):
    alias = "resolve"
    help = help_text(
        """
        Take external packages from the lock of this resolve, one of `[xpkg].resolves`. By default,
        that of the packages in `packages`.
        """
    )


class XpkgInstallModeField(StringField):
    alias = "mode"
    valid_choices = ("tag", "pinned", "unresolved")
    default = "tag"
    help = help_text(
        """
        How the manifest names packages, the same way for all of them, since the package manager
        cannot combine them:

        `tag`: by exact tag. The package manager resolves dependencies, and finds each of them
        there. Tags must not be moved.

        `pinned`: by digest. Each package of the closure must ask for the digests of its
        dependencies, as one built with `pin_dependencies=True` does.

        `unresolved`: by digest, with `skipDependencyResolution` on all objects. The package manager
        then checks no constraint, and knows nothing of the packages that others depend on.
        """
    )


class XpkgInstallRegistryField(StringField):
    alias = "registry"
    help = help_text(
        """
        Install the packages of this repository from this registry: an alias from
        `[xpkg].registries` with an `@` before it, or an address. All of them must be published to
        it. By default, the first of those that each package is published to: of those in
        `[xpkg].registries`, by alias.
        """
    )


class XpkgInstallOutputPathField(XpkgOutputPathField):
    help = help_text(
        """
        Write the manifest to this path below the `--distdir` (`dist/`).

        By default, the path of the BUILD file followed by the target's name:
        `path.to.project/name.yaml`.
        """
    )


class XpkgInstallRevisionActivationPolicyField(StringField):
    alias = "revision_activation_policy"
    help = help_text(
        """
        `revisionActivationPolicy` of all objects: `Automatic` (the API's default), or `Manual`,
        with which somebody activates each revision.
        """
    )


class XpkgInstallRevisionHistoryLimitField(IntField):
    alias = "revision_history_limit"
    help = help_text(
        """
        `revisionHistoryLimit` of all objects: how many inactive revisions are kept. The API's
        default is 1; 0 keeps all.
        """
    )


class XpkgInstallPackagePullPolicyField(StringField):
    alias = "package_pull_policy"
    help = help_text(
        """
        `packagePullPolicy` of all objects: `IfNotPresent` (the API's default), `Always` or `Never`.
        It is the pull policy of the runtime's image as well.
        """
    )


class XpkgInstallPackagePullSecretsField(StringSequenceField):
    alias = "package_pull_secrets"
    help = help_text(
        """
        `packagePullSecrets` of all objects: the names of Secrets in Crossplane's namespace.
        """
    )


class XpkgInstallRuntimeConfigRefField(DictStringToStringField):
    alias = "runtime_config_ref"
    help = help_text(
        """
        `runtimeConfigRef` of all Providers and Functions: `name`, and `apiVersion` and `kind` where
        it is no `DeploymentRuntimeConfig` of `pkg.crossplane.io/v1beta1`.

        Example:

            xpkg_install(packages=["packages/network"], runtime_config_ref={"name": "small"})
        """
    )


class XpkgInstallCommonLabelsField(DictStringToStringField):
    alias = "common_labels"
    help = help_text(
        """
        `commonLabels` of all objects: labels for everything that the packages install.
        """
    )


class XpkgInstallCommonAnnotationsField(DictStringToStringField):
    alias = "common_annotations"
    help = help_text(
        """
        `commonAnnotations` of all objects: annotations for everything that the packages install.
        Crossplane knows the field since 2.3.
        """
    )


class XpkgInstallIgnoreCrossplaneConstraintsField(TriBoolField):
    alias = "ignore_crossplane_constraints"
    help = help_text(
        """
        `ignoreCrossplaneConstraints` of all objects: install packages whose
        `spec.crossplane.version` does not admit the cluster's Crossplane.
        """
    )


# What each key of an override must be, in words and as a test.
_TEXT = ("a string", lambda value: isinstance(value, str))
_TEXTS = (
    "a list of strings",
    lambda value: isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value),
)
_TEXT_BY_KEY = (
    "a dictionary of strings",
    lambda value: (
        isinstance(value, Mapping)
        and all(isinstance(part, str) for pair in value.items() for part in pair)
    ),
)
_FLAG = ("a boolean", lambda value: isinstance(value, bool))
_INTEGER = (
    "an integer",
    lambda value: isinstance(value, int) and not isinstance(value, bool),
)
OVERRIDE_KEYS: Mapping[str, Any] = {
    "revision_activation_policy": _TEXT,
    "revision_history_limit": _INTEGER,
    "package_pull_policy": _TEXT,
    "package_pull_secrets": _TEXTS,
    "runtime_config_ref": _TEXT_BY_KEY,
    "common_labels": _TEXT_BY_KEY,
    "common_annotations": _TEXT_BY_KEY,
    "skip_dependency_resolution": _FLAG,
    "ignore_crossplane_constraints": _FLAG,
    "reference": _TEXT,
}


class XpkgInstallOverridesField(AsyncFieldMixin, Field):
    alias = "overrides"
    default = None
    value: _Overrides
    help = help_text(
        f"""
        Set fields for single packages, by address or by source, instead of those for all:
        {", ".join(OVERRIDE_KEYS)}.

        `reference` is `tag`, `digest` or `tag@digest`, and how the object of a package that no
        other depends on names it. `skip_dependency_resolution` is for such packages only, too:
        others would not find one without it.

        Example:

            xpkg_install(
                packages=["packages/network"],
                overrides={{
                    "packages/provider-storage": {{"runtime_config_ref": {{"name": "large"}}}},
                    "registry.example.org/team/function-a": {{"package_pull_policy": "Always"}},
                }},
            )
        """
    )

    @classmethod
    def compute_value(cls, raw_value: _Raw, address: Address) -> _Overrides:
        overrides = super().compute_value(raw_value, address)
        if overrides is None:
            return None
        if not isinstance(overrides, Mapping):
            raise cls._invalid(address, "must be a dictionary of dictionaries")
        return FrozenDict(
            {key: cls._options(address, key, given) for key, given in sorted(overrides.items())}
        )

    @classmethod
    def _options(cls, address: Address, key: str, given: Any) -> InstallOptions:
        if not isinstance(given, Mapping):
            raise cls._invalid(address, f"must have a dictionary for {key!r}, got {given!r}")
        for name, value in given.items():
            if name not in OVERRIDE_KEYS:
                near = difflib.get_close_matches(str(name), OVERRIDE_KEYS, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                known = ", ".join(OVERRIDE_KEYS)
                raise cls._invalid(
                    address, f"has {name!r} for {key!r}, which must be one of {known}", hint
                )
            noun, fits = OVERRIDE_KEYS[name]
            if not fits(value):
                raise cls._invalid(
                    address, f"must have {noun} for {name!r} of {key!r}, got {value!r}"
                )
        return InstallOptions(**{name: _hashable(value) for name, value in given.items()})

    @classmethod
    def _invalid(cls, address: Address, what: str, hint: str = "") -> InvalidFieldException:
        return InvalidFieldException(f"The '{cls.alias}' field in target {address} {what}.{hint}")


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return FrozenDict(value)
    return tuple(value) if isinstance(value, (list, tuple)) else value


class XpkgInstallTarget(Target):
    alias = "xpkg_install"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        XpkgInstallPackagesField,
        XpkgInstallDependenciesField,
        XpkgInstallExternalPackagesField,
        XpkgInstallResolveField,
        XpkgInstallModeField,
        XpkgInstallRegistryField,
        XpkgInstallOutputPathField,
        XpkgInstallRevisionActivationPolicyField,
        XpkgInstallRevisionHistoryLimitField,
        XpkgInstallPackagePullPolicyField,
        XpkgInstallPackagePullSecretsField,
        XpkgInstallRuntimeConfigRefField,
        XpkgInstallCommonLabelsField,
        XpkgInstallCommonAnnotationsField,
        XpkgInstallIgnoreCrossplaneConstraintsField,
        XpkgInstallOverridesField,
    )
    help = help_text(
        f"""
        What a cluster installs: packages with everything that they depend on, each at one version.

        `{bin_name()} package` writes the manifest, for GitOps: an object of pkg.crossplane.io/v1
        for each package, under the name that the package manager itself would give it.
        `{bin_name()} experimental-deploy` publishes the packages, applies the manifest with
        `kubectl`, and waits until all of them are installed and healthy.

        Example:

            xpkg_install(packages=["packages/configuration-network"])
        """
    )
