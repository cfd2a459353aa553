"""The rules: for each code its name, what it is about, how severe it is, and whether it is fatal.

A test holds that each code in codes.py has a row here and each row a code; docs/lint-rules.md
explains them at length.
"""

from __future__ import annotations

from dataclasses import dataclass

from xpkg_tool.diagnostics.finding import ERROR, WARNING


@dataclass(frozen=True)
class Rule:
    """A rule of the linter.

    An error is what a cluster or the package manager refuses, or content that the author wrote for
    the cluster and that every admitted release drops silently; all else is a warning.

    `name` is in kebab-case, `summary` one sentence. `severity` is that of its findings unless a
    finding says otherwise. `fatal` says that Crossplane's own build refuses by the rule's errors,
    or that without them something of the package would be lost: its errors are always on. `also`
    is the other severity that findings of a fatal rule may have, "" where they have one only;
    warnings can be ignored whatever the rule.
    """

    code: str
    name: str
    summary: str
    severity: str
    fatal: bool
    also: str = ""


def _fatal(code: str, name: str, summary: str, *, also: str = "") -> Rule:
    return Rule(code, name, summary, ERROR, fatal=True, also=also)


def _error(code: str, name: str, summary: str) -> Rule:
    return Rule(code, name, summary, ERROR, fatal=False)


def _warning(code: str, name: str, summary: str) -> Rule:
    return Rule(code, name, summary, WARNING, fatal=False)


# In the order of their codes.
_ROWS = (
    _fatal("XP000", "internal-error", "The tool itself failed."),
    _fatal("XP001", "not-utf-8", "The file is not UTF-8, or holds characters that YAML forbids."),
    _fatal("XP002", "broken-yaml", "The YAML is broken."),
    _fatal("XP003", "directive", "A `%` directive stands before a document."),
    _fatal(
        "XP004",
        "separator",
        "Something on a separator's line cannot be kept as it is.",
        also=WARNING,
    ),
    # The build keeps the last one, but which of the two is meant nobody can know.
    _fatal("XP005", "duplicate-key", "A key stands twice in one mapping.", also=WARNING),
    _fatal("XP006", "unreadable-value", "A key or a value is none that Kubernetes can read."),
    _fatal("XP007", "limit", "A document is too large, nests too deep or has too many aliases."),
    _warning("XP008", "bad-suppression", "A suppression or an option has no effect."),
    _warning("XP009", "unused-suppression", "A comment suppresses nothing."),
    _warning("XP010", "not-yaml", "A file of the package is not YAML."),
    _fatal("XP011", "no-files", "No file matches the package's sources or examples.", also=WARNING),
    _error("XP012", "linked-folder", "A folder is a link."),
    _error("XP013", "dangling-link", "A link leads nowhere."),
    _warning("XP014", "link-outside", "A link leads out of the package's folder."),
    _error("XP015", "ending-case", "The ending of a file's name is not in lower case."),
    _error("XP016", "not-a-file", "What has the name of a YAML file is no file."),
    _fatal("XP017", "unreadable-file", "A file or folder cannot be read."),
    _fatal("XP018", "file-name", "A file's name is not UTF-8.", also=WARNING),
    _warning("XP019", "hidden-folder", "A hidden folder holds objects and is left out."),
    _fatal("XP101", "no-meta", "The package has no meta object."),
    _fatal("XP102", "several-metas", "The package has several meta objects."),
    _fatal("XP103", "unknown-meta", "The meta object is of a kind or version that is not known."),
    _error("XP104", "package-type", "The meta object is not of the type that was asked for."),
    _fatal("XP105", "crossplane-version", "The constraint for Crossplane cannot be read."),
    _fatal("XP106", "package-size", "The package is larger than the package manager reads."),
    # Crossplane uses the name for nothing, but its build refuses one that is no string.
    Rule(
        "XP107",
        "meta-field",
        "The meta object has no name, or one of the wrong type.",
        WARNING,
        fatal=True,
        also=ERROR,
    ),
    _fatal("XP108", "meta-type", "A field of the meta object is of the wrong type."),
    _warning("XP109", "meta-name", "The package's name is none that Kubernetes takes."),
    _warning("XP110", "meta-unknown-field", "The meta object has a field that is not known."),
    _error("XP111", "meta-misspelt-field", "A field of the meta object is misspelt."),
    _warning("XP112", "capability", "A capability is nearly one that Crossplane knows."),
    _warning("XP113", "no-objects", "A package installs nothing."),
    _error("XP120", "dependency-form", "A dependency does not say which package it is."),
    _error("XP121", "dependency-conflict", "A dependency names several packages."),
    _warning("XP122", "dependency-redundant", "A dependency names its package twice."),
    _error("XP123", "dependency-version", "A dependency's version is missing or unreadable."),
    _error("XP124", "dependency-package", "A dependency's package is no repository."),
    _error("XP125", "dependency-registry", "A dependency's package names no registry."),
    _error("XP126", "dependency-kind", "A dependency is of a kind that is no package."),
    _warning("XP127", "dependency-duplicate", "Two dependencies are the same package."),
    _warning("XP128", "self-dependency", "The package seems to depend on itself."),
    _fatal("XP201", "no-kind", "A document has no apiVersion or kind."),
    _fatal("XP202", "unknown-kind", "No package can hold an object of this kind."),
    _fatal("XP203", "kind-not-allowed", "This type of package cannot hold an object of this kind."),
    _fatal("XP204", "object-type", "A field of an object is of the wrong type."),
    _error("XP205", "object-unknown-field", "An object has a field that is not known."),
    _error("XP206", "object-name", "An object has no name, or none that Kubernetes takes."),
    _error("XP207", "metadata", "A label or an annotation is none that Kubernetes takes."),
    _error("XP208", "required-field", "A field that an object has to have is missing."),
    _error("XP209", "field-value", "A field has a value that is not allowed there."),
    _error("XP210", "duplicate-object", "Two objects have the same kind and name."),
    _fatal("XP301", "example-no-kind", "A document of the examples has no apiVersion or kind."),
    _error("XP400", "crd-group", "A CRD's group belongs to Kubernetes and is not approved."),
    _error("XP401", "crd-versions", "A CRD has a version twice."),
    _error("XP402", "crd-storage", "Not exactly one version of a CRD is stored."),
    _warning("XP403", "crd-served", "No version of a CRD is served."),
    _error("XP404", "crd-conversion", "The conversion of a CRD is not complete."),
    _error("XP405", "crd-column", "A printer column of a CRD cannot be shown."),
    _error("XP406", "crd-subresource", "A subresource of a CRD is not complete."),
    _error("XP407", "crd-selectable", "A selectable field of a CRD cannot be selected."),
    _error("XP408", "crd-preserve", "A CRD preserves unknown fields as a whole."),
    _error("XP409", "crd-v1beta1", "A CRD is of a version that Kubernetes removed."),
    _warning("XP410", "column-twice", "Two printer columns have the same name."),
    _fatal("XP420", "schema-type", "A keyword of a schema has a value of the wrong type."),
    _error("XP421", "schema-unknown-keyword", "A schema has a keyword that is not known."),
    _error("XP422", "schema-forbidden", "A schema has a keyword that Kubernetes does not support."),
    _error("XP423", "schema-no-type", "A schema has no type, or one that is not known."),
    _error("XP424", "schema-items", "A list has no single schema of its items."),
    _error("XP425", "schema-additional", "A schema has fixed and free names of fields at once."),
    _error("XP426", "schema-root", "The schema of a whole object is none of an object."),
    _error("XP427", "schema-metadata", "A schema restricts what belongs to Kubernetes."),
    _error("XP428", "schema-junctor", "A keyword stands inside allOf, anyOf, oneOf or not."),
    _error("XP429", "schema-extension", "An `x-kubernetes-` keyword is used wrongly."),
    _error("XP430", "schema-list", "The type of a list or mapping does not fit its items."),
    _error("XP431", "schema-pattern", "Go cannot read a regular expression."),
    _error("XP432", "schema-default", "A default does not match its schema, or cannot be there."),
    _error("XP433", "schema-rule", "A validation rule cannot be read."),
    _warning("XP434", "schema-doubt", "A keyword of a schema has no effect, or matches nothing."),
    _error("XP435", "old-self", "A validation rule uses `oldSelf` where it cannot."),
    _error("XP500", "webhook-name", "A webhook's name is not a domain name, or is there twice."),
    _error("XP501", "webhook-client", "A webhook has a URL, or a path that cannot be one."),
    _error("XP502", "webhook-requests", "A webhook's rule contains what another part excludes."),
    _error("XP503", "webhook-selector", "A webhook's label selector is not valid."),
    _error("XP504", "webhook-condition", "A webhook's condition is not valid."),
    _error("XP505", "webhook-configurations", "Two webhook configurations become the same one."),
    _error("XP600", "xrd-name", "A definition's name is not its plural name and its group."),
    _error("XP601", "type-names", "A kind, plural, group or version is none that is allowed."),
    _error("XP602", "xrd-claim-names", "A claim has a name of its composite resource."),
    _error("XP603", "xrd-legacy-field", "An XRD of v2 has claims or connection secrets."),
    _error("XP604", "xrd-referenceable", "Not exactly one version of an XRD is referenceable."),
    _error("XP605", "xrd-served", "A version of an XRD that has to be served is not."),
    _error("XP606", "xrd-versions", "An XRD has a version twice."),
    _error("XP607", "xrd-schema", "A version of an XRD has no schema."),
    _warning("XP608", "xrd-ignored", "Crossplane ignores a part of an XRD's schema."),
    _error("XP700", "pipeline", "A pipeline has no steps, or too many."),
    _error("XP701", "step-name", "Two steps, credentials or requirements have the same name."),
    _error("XP702", "requirement", "A requirement has both a name and labels, or neither."),
    _error("XP703", "step-input", "The input of a function is no Kubernetes object."),
    _error("XP704", "composition-old", "A Composition works with Crossplane 1 only."),
    _error("XP705", "composite-version", "A Composition is not for the version of its XRD."),
    _warning("XP706", "composite-unknown", "Nothing defines what a Composition is for."),
    _warning("XP707", "function-name", "No dependency is installed under a function's name."),
    _warning("XP708", "schedule", "A CronOperation has a schedule that cannot be read."),
    _fatal("XP900", "image-unreadable", "What was named is no image that can be read."),
    _fatal("XP901", "image-limit", "The image is over a limit."),
    _fatal("XP902", "blob-missing", "A blob that the image names is missing."),
    _fatal("XP903", "digest-differs", "Some content does not have the digest that is said."),
    _fatal("XP904", "size-differs", "Some content does not have the size that is said."),
    _fatal("XP905", "diff-id-differs", "A layer does not have the diff ID that the config says."),
    _warning("XP906", "label-differs", "Labels and annotations do not say the same."),
    _fatal(
        "XP907",
        "several-base-layers",
        "Several layers say that they are the package.",
        also=WARNING,
    ),
    _warning("XP908", "not-annotated", "No layer says that it is the package."),
    _fatal("XP909", "no-package-yaml", "The image holds no package.yaml."),
    _error("XP910", "other-package-yaml", "Versions of Crossplane find different package.yaml."),
    _fatal("XP911", "layer-unreadable", "A layer cannot be read."),
    _warning("XP912", "no-platform", "The config names no platform."),
    _fatal("XP913", "two-images", "Readers of the file would see different images."),
    _fatal("XP914", "source-unreadable", "What was named is not there, or cannot be reached."),
)

RULES = {rule.code: rule for rule in _ROWS}


def is_fatal(code: str) -> bool:
    """Whether errors with the code are always shown; so are those of codes without a rule."""
    rule = RULES.get(code)
    return rule is None or rule.fatal


def can_be_ignored(code: str) -> bool:
    """Whether there are findings with the code that need not be shown."""
    rule = RULES.get(code)
    return rule is not None and (not rule.fatal or WARNING in (rule.severity, rule.also))


def rules_of(prefix: str) -> tuple[Rule, ...]:
    """The rules whose codes begin with `prefix`: all with `XP`, one with a whole code."""
    return tuple(rule for rule in _ROWS if rule.code.startswith(prefix))
