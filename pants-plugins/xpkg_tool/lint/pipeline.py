"""The rules for a pipeline of functions, as Compositions and Operations have it (XP700 to XP703).

They are those of Crossplane's CRDs for both (cluster/crds), which the API server applies.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import REFUSED, WARNING, AnyFinding, Finding, ReleaseFinding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import (
    choice,
    invalid,
    missing,
    parts,
    present,
    repeated,
    require_release,
    required,
    wrong_type,
)
from xpkg_tool.lint.shapes import (
    ANYTHING,
    OBJECT_META,
    STRING,
    ListOf,
    MapOf,
    Struct,
    mismatches,
    strings,
)
from xpkg_tool.lint.subject import Subject, dotted
from xpkg_tool.lint.type_names import is_dns_label
from xpkg_tool.package.crossplane_versions import since

PIPELINE_STEPS = Rule("XP700", "pipeline", "A pipeline has no steps, or too many.")
STEP_NAME = Rule("XP701", "step-name", "Two steps, credentials or requirements have the same name.")
REQUIREMENT = Rule("XP702", "requirement", "A requirement has both a name and labels, or neither.")
STEP_INPUT = Rule("XP703", "step-input", "The input of a function is not a Kubernetes object.")

MOST_STEPS = 99
# The releases in which a required resource needs a name or labels.
_SELECTIVE = ("2.0", "2.1", "2.2")

_CREDENTIALS = Struct(
    {**strings("name", "source"), "secretRef": Struct(strings("name", "namespace"))}
)
_RESOURCE = Struct(
    {
        **strings("requirementName", "apiVersion", "kind", "name"),
        "matchLabels": MapOf(STRING),
        "namespace": STRING,
    }
)
PIPELINE = ListOf(
    Struct(
        {
            "step": STRING,
            "functionRef": Struct(strings("name")),
            "input": ANYTHING,
            "credentials": ListOf(_CREDENTIALS),
            "requirements": Struct(
                {
                    "requiredResources": ListOf(_RESOURCE),
                    "requiredSchemas": ListOf(
                        Struct(strings("requirementName", "apiVersion", "kind"))
                    ),
                },
                since={"requiredSchemas": "2.2"},
            ),
        },
        since={"requirements": "2.0"},
    )
)

# The API server takes these where they are empty.
_PRESENT = ("step", "credentials[].name")
_REQUIRED = (
    "functionRef",
    "functionRef.name",
    "credentials[].source",
    "credentials[].secretRef.name",
    "credentials[].secretRef.namespace",
    "requirements.requiredResources[].requirementName",
    "requirements.requiredResources[].apiVersion",
    "requirements.requiredResources[].kind",
    "requirements.requiredSchemas[].requirementName",
    "requirements.requiredSchemas[].apiVersion",
    "requirements.requiredSchemas[].kind",
)


def check_pipeline(
    subject: Subject, prefix: str, *, composition: bool = False
) -> Iterator[AnyFinding]:
    """All findings for the pipeline in the field `pipeline` of the part at `prefix`. `composition`:
    it is that of a Composition, whose CRD requires more than an Operation's."""
    where = f"{prefix}.pipeline"
    (found,) = list(parts(subject.value, where))[:1] or [((), None)]
    path, steps = found
    if not path:
        return
    yield from _size(subject, path, steps)
    yield from present(subject, (f"{where}[].{field}" for field in _PRESENT))
    yield from required(subject, (f"{where}[].{field}" for field in _REQUIRED))
    yield from choice(subject, f"{where}[].credentials[].source", ("None", "Secret"))
    yield from _repeated(subject, subject.value, (), where, "step")
    count = len(steps) if isinstance(steps, list) else 0
    for index in range(count):
        yield from _step(subject, (*path, index), composition)


def _size(subject: Subject, path: PathOf, steps: Any) -> Iterator[Finding]:
    if steps is None or steps == []:
        yield subject.finding(
            PIPELINE_STEPS,
            "The pipeline has no steps." if steps == [] else f"`{dotted(path)}` is missing.",
            "Add a step: a name (`step`) and a function (`functionRef`).",
            path,
            key=True,
        )
    elif isinstance(steps, list) and len(steps) > MOST_STEPS:
        yield subject.finding(
            PIPELINE_STEPS,
            f"The pipeline must have at most {MOST_STEPS} steps; it has {len(steps)}.",
            "Let a function do the work of several steps.",
            (*path, MOST_STEPS),
        )


def _step(subject: Subject, path: PathOf, composition: bool) -> Iterator[AnyFinding]:
    where = dotted(path)
    step = subject.get(*path)
    if not isinstance(step, dict):
        return
    for items, field in (
        ("credentials", "name"),
        ("requirements.requiredResources", "requirementName"),
        ("requirements.requiredSchemas", "requirementName"),
    ):
        yield from _repeated(subject, step, path, items, field)
    for at, source in parts(step, "credentials[].source"):
        secret = subject.get(*path, *at[:-1], "secretRef")
        if source == "Secret" and secret is None:
            found = missing(subject, (*path, *at[:-1], "secretRef"), ": the source is a Secret")
            # The CRDs of Operations have no such rule: the step fails when it runs.
            yield found if composition else found._replace(severity=WARNING)
        elif source == "None" and composition:
            why = (
                "is `None`, which the API server always refuses in a Composition: it requires the "
                "source Secret and a `secretRef`"
            )
            remedy = "Write `source: Secret` and a `secretRef`, or remove the entry."
            finding = invalid(subject, (*path, *at), why, remedy)
            yield ReleaseFinding(finding, since("2.0"), REFUSED)
    for at, requirement in parts(step, "requirements.requiredResources[]"):
        if isinstance(requirement, dict):
            yield from _selector(subject, (*path, *at), requirement)
    value = step.get("input")
    if value is not None:
        yield from _input(subject, (*path, "input"), value, where)
        if isinstance(value, dict):
            yield from _embedded(subject, (*path, "input"), value, where)


def _selector(subject: Subject, path: PathOf, requirement: Any) -> Iterator[AnyFinding]:
    """A required resource is selected by its name or by labels."""
    name, labels = requirement.get("name"), requirement.get("matchLabels")
    # Go leaves out a mapping that is empty.
    labels = None if labels == {} else labels
    if name is None and labels is None:
        finding = subject.finding(
            REQUIREMENT,
            "The requirement has neither a `name` nor `matchLabels`, which Crossplane before 2.3 "
            "refuses.",
            f"Add one of them. {require_release('2.3')} if you mean all resources of the kind.",
            path,
        )
        yield ReleaseFinding(finding, _SELECTIVE, REFUSED)
    elif name is not None and labels is not None:
        yield subject.finding(
            REQUIREMENT,
            "The requirement has both a `name` and `matchLabels`.",
            "Keep one of them.",
            (*path, "matchLabels"),
            key=True,
        )


def _input(subject: Subject, path: PathOf, value: Any, step: str) -> Iterator[Finding]:
    absent = ["apiVersion", "kind"]
    if isinstance(value, dict):
        absent = [f for f in absent if not isinstance(value.get(f), str) or not value[f]]
    if absent:
        names = " and no ".join(f"`{name}`" for name in absent)
        yield subject.finding(
            STEP_INPUT,
            f"The input of `{step}` is not a Kubernetes object: it has no {names}.",
            "Add the apiVersion and kind that the function's documentation names.",
            path,
            key=True,
        )


def _embedded(
    subject: Subject, path: PathOf, value: Mapping[str, Any], step: str
) -> Iterator[Finding]:
    """What the API server asks of an embedded resource, besides that it has a type
    (apiextensions-apiserver pkg/apiserver/schema/objectmeta)."""
    api_version, kind = value.get("apiVersion"), value.get("kind")
    wrong: list[tuple[str, str, str]] = []
    if isinstance(api_version, str) and api_version.count("/") > 1:
        wrong.append(("apiVersion", "is not a group and a version", "Write `group/version`."))
    if isinstance(kind, str) and kind and not is_dns_label(kind.lower()):
        remedy = "Use at most 63 letters, digits and `-`, starting with a letter."
        wrong.append(("kind", "is not a valid DNS-1035 label", remedy))
    for field, why, remedy in wrong:
        yield subject.finding(
            STEP_INPUT,
            f"The `{field}` of the input of `{step}` {why}.",
            remedy,
            (*path, field),
        )
    for mismatch in mismatches(value.get("metadata"), OBJECT_META):
        if mismatch.expected is not None:
            at = (*path, "metadata", *mismatch.path)
            yield wrong_type(subject, STEP_INPUT, mismatch._replace(path=at))


def _repeated(
    subject: Subject, holder: Any, base: PathOf, items: str, field: str
) -> Iterator[Finding]:
    """Items of a list in `holder`, the part at `base`, that have the same name."""
    for at, first, value in repeated(holder, items, field):
        yield subject.finding(
            STEP_NAME,
            f"`{field}` is {value!r}, like `{dotted((*base, *first))}`.",
            "Names must be unique within a list: rename one.",
            (*base, *at),
        )
