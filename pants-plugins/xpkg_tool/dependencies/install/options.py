"""The fields of the objects beside `spec.package` (crossplane's apis/pkg/v1/package_types.go), for
all objects of a manifest and for one of them."""

from __future__ import annotations

from typing import Any, Callable, Collection, Iterable, Iterator, Mapping, Sequence

from xpkg_tool.dependencies.install.model import Form, Mode, Package
from xpkg_tool.dependencies.spelling import Spellings
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.messages.install import InstallOptions
from xpkg_tool.package.names import is_dns_subdomain, is_label_value, label_key_problem

OPTION = Rule("XP165", "install-option", "A field of an object to install is not valid.")

_FORMS: tuple[Form, ...] = ("tag", "digest", "tag@digest")
_RUNTIME_KINDS = ("Provider", "Function")
_RUNTIME_FIELDS = ("apiVersion", "kind", "name")
_LARGEST_INTEGER = 2**63 - 1

# All that is wrong with a value, each as the predicate of a sentence.
_Check = Callable[[Any], Iterable[str]]


def problems(options: InstallOptions, where: str, origin: str) -> Iterator[Finding]:
    """An error for each field that the API server refuses, or that the package manager takes for
    something else. `where` is what stands before the fields' names, `origin` the target."""
    for field, value in options._asdict().items():
        for problem in () if value is None else _CHECKS[field](value):
            yield OPTION.finding(
                f"`{where}{field}` {problem}.", "Correct the field of the target.", origin
            )


def of_package(
    package: Package, general: InstallOptions, own: InstallOptions, mode: Mode
) -> InstallOptions:
    """The options of one object: its own, those of all objects, what the mode asks for. A
    Configuration has no runtime, so it ignores what is set for all runtimes."""
    given = {field: value for field, value in own._asdict().items() if value is not None}
    merged = general._replace(**given)
    if package.kind not in _RUNTIME_KINDS:
        merged = merged._replace(runtime_config_ref=None)
    if mode == "unresolved":
        merged = merged._replace(skip_dependency_resolution=True)
    return merged


def own_problems(
    package: Package, own: InstallOptions, where: str, origin: str, mode: Mode, *, needed: bool
) -> Iterator[Finding]:
    """An error for each field of one package that does not suit its kind or the mode. `needed`:
    other packages depend on it."""
    if own.runtime_config_ref is not None and package.kind not in _RUNTIME_KINDS:
        yield OPTION.finding(
            f"`{where}runtime_config_ref` is set for {package.source}, which is a {package.kind}: "
            "only Providers and Functions have a runtime.",
            "Remove it.",
            origin,
        )
    skip = own.skip_dependency_resolution
    if skip is False and mode == "unresolved":
        yield OPTION.finding(
            f"`{where}skip_dependency_resolution` is false in the mode 'unresolved', in which "
            "dependency resolution is off on all objects.",
            "Remove it, or choose another mode for all of them.",
            origin,
        )
    elif skip and mode != "unresolved" and needed:
        yield OPTION.finding(
            f"`{where}skip_dependency_resolution` is true for {package.source}, on which others "
            "depend. The package manager would not enter it in its Lock, so that its dependents "
            "would install it once more.",
            'Remove it, or use `mode="unresolved"` for the whole closure.',
            origin,
        )


def override_twice(keys: Sequence[str], package: Package, origin: str) -> Finding:
    """The error for options of one package under several names."""
    return OPTION.finding(
        f"`overrides` names {package.source} more than once: {', '.join(map(repr, keys))}.",
        "Put what they say under one of them.",
        origin,
    )


def unknown_override(key: str, known: Collection[str], origin: str) -> Finding:
    """The error for options of a package that is not in the closure."""
    # As they are usually written: another package is no misspelling of a whole address.
    nearest = Spellings({*known, *map(_short, known)}).near(_short(key))
    return OPTION.finding(
        f"`overrides` names {key!r}, which is not one of the packages to install.",
        f"Did you mean {nearest!r}?" if nearest else "Name a target or a source of the closure.",
        origin,
    )


def _short(name: str) -> str:
    """An address without the target's name, where that is the folder's; else as it is."""
    path, colon, target = name.rpartition(":")
    return path if colon and path.rpartition("/")[2] == target else name


def spec_fields(options: InstallOptions) -> Iterator[tuple[str, Any]]:
    """The fields of `spec` that are set, as the API names them, in the order of the API."""
    if options.revision_activation_policy is not None:
        yield "revisionActivationPolicy", options.revision_activation_policy
    if options.revision_history_limit is not None:
        yield "revisionHistoryLimit", options.revision_history_limit
    if options.package_pull_policy is not None:
        yield "packagePullPolicy", options.package_pull_policy
    if options.package_pull_secrets:
        yield "packagePullSecrets", [{"name": name} for name in options.package_pull_secrets]
    if options.ignore_crossplane_constraints is not None:
        yield "ignoreCrossplaneConstraints", options.ignore_crossplane_constraints
    if options.skip_dependency_resolution is not None:
        yield "skipDependencyResolution", options.skip_dependency_resolution
    if options.common_labels:
        yield "commonLabels", dict(sorted(options.common_labels.items()))
    if options.common_annotations:
        yield "commonAnnotations", dict(sorted(options.common_annotations.items()))
    if options.runtime_config_ref:
        reference = options.runtime_config_ref
        yield "runtimeConfigRef", {f: reference[f] for f in _RUNTIME_FIELDS if f in reference}


def _one_of(*allowed: str) -> _Check:
    choices = ", ".join(map(repr, allowed))
    return lambda value: () if value in allowed else (f"must be one of {choices}, got {value!r}",)


def _history_limit(value: int) -> Iterator[str]:
    if not 0 <= value <= _LARGEST_INTEGER:
        yield f"must be an integer of at least 0 (which keeps all revisions), got {value}"


def _secrets(value: tuple[str, ...]) -> Iterator[str]:
    for name in dict.fromkeys(value):
        if not is_dns_subdomain(name):
            yield f"has {name!r}, which is not a valid RFC 1123 subdomain, as a Secret's name is"
        if value.count(name) > 1:
            yield f"names {name!r} twice"


def _runtime(value: Mapping[str, str]) -> Iterator[str]:
    for field in sorted(set(value).difference(_RUNTIME_FIELDS)):
        yield f"has {field!r}; its fields are {', '.join(map(repr, _RUNTIME_FIELDS))}"
    if not is_dns_subdomain(value.get("name", "")):
        yield "must have a `name` that is a valid RFC 1123 subdomain"
    for field in _RUNTIME_FIELDS:
        if field != "name" and value.get(field) == "":
            yield f"has an empty {field!r}"


def _labels(value: Mapping[str, str]) -> Iterator[str]:
    for key, label in sorted(value.items()):
        if not is_label_value(label):
            yield (
                f"has {label!r} for {key!r}, which is not a valid label value: at most 63 "
                "alphanumeric characters, `-`, `_` and `.`, alphanumeric at both ends"
            )
    yield from _annotations(value)


def _annotations(value: Mapping[str, str]) -> Iterator[str]:
    for key in sorted(value):
        problem = label_key_problem(key)
        if problem:
            yield f"has {key!r}, which is not a valid key: {problem}"


def _anything(_: Any) -> Iterable[str]:
    return ()


_CHECKS: Mapping[str, _Check] = {
    "revision_activation_policy": _one_of("Automatic", "Manual"),
    "revision_history_limit": _history_limit,
    "package_pull_policy": _one_of("Always", "IfNotPresent", "Never"),
    "package_pull_secrets": _secrets,
    "runtime_config_ref": _runtime,
    "common_labels": _labels,
    "common_annotations": _annotations,
    "skip_dependency_resolution": _anything,
    "ignore_crossplane_constraints": _anything,
    "reference": _one_of(*_FORMS),
}
