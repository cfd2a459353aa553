"""The rules for a pipeline of functions, as Compositions and Operations have it (XP700 to XP703).

They are those of Crossplane's CRDs for both (cluster/crds), which the API server applies.
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool import codes
from xpkg_tool.finding import Finding

from .fields import choice, missing, parts, repeated, required
from .shapes import ANYTHING, TEXT, ListOf, MapOf, PathOf, Struct
from .subject import Subject, dotted

MOST_STEPS = 99

PIPELINE = ListOf(
    Struct(
        {
            "step": TEXT,
            "functionRef": Struct({"name": TEXT}),
            "input": ANYTHING,
            "credentials": ListOf(
                Struct(
                    {
                        "name": TEXT,
                        "source": TEXT,
                        "secretRef": Struct({"name": TEXT, "namespace": TEXT}),
                    }
                )
            ),
            "requirements": Struct(
                {
                    "requiredResources": ListOf(
                        Struct(
                            {
                                "requirementName": TEXT,
                                "apiVersion": TEXT,
                                "kind": TEXT,
                                "name": TEXT,
                                "matchLabels": MapOf(TEXT),
                                "namespace": TEXT,
                            }
                        )
                    ),
                    "requiredSchemas": ListOf(
                        Struct({"requirementName": TEXT, "apiVersion": TEXT, "kind": TEXT})
                    ),
                }
            ),
        }
    )
)

_REQUIRED = (
    "step",
    "functionRef",
    "functionRef.name",
    "credentials[].name",
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


def check_pipeline(subject: Subject, prefix: str) -> Iterator[Finding]:
    """All findings for the pipeline in the field `pipeline` of the part at `prefix`."""
    where = f"{prefix}.pipeline"
    (found,) = list(parts(subject.value, where))[:1] or [((), None)]
    path, steps = found
    if not path:
        return
    yield from _size(subject, path, steps)
    yield from required(subject, (f"{where}[].{field}" for field in _REQUIRED))
    yield from choice(subject, f"{where}[].credentials[].source", ("None", "Secret"))
    yield from _repeated(subject, where, "step")
    count = len(steps) if isinstance(steps, list) else 0
    for index in range(count):
        yield from _step(subject, (*path, index))


def _size(subject: Subject, path: PathOf, steps: Any) -> Iterator[Finding]:
    if steps is None or steps == []:
        yield subject.finding(
            codes.PIPELINE,
            "The pipeline has no steps." if steps == [] else f"`{dotted(path)}` is missing.",
            "Add a step: a name (`step`) and a function (`functionRef`).",
            path,
            key=True,
        )
    elif isinstance(steps, list) and len(steps) > MOST_STEPS:
        yield subject.finding(
            codes.PIPELINE,
            f"The pipeline has {len(steps)} steps; {MOST_STEPS} is the most.",
            "Let a function do the work of several steps.",
            (*path, MOST_STEPS),
        )


def _step(subject: Subject, path: PathOf) -> Iterator[Finding]:
    where = dotted(path)
    step = subject.get(*path)
    if not isinstance(step, dict):
        return
    for items, field in (
        ("credentials", "name"),
        ("requirements.requiredResources", "requirementName"),
        ("requirements.requiredSchemas", "requirementName"),
    ):
        yield from _repeated_in(subject, step, path, items, field)
    for at, source in parts(step, "credentials[].source"):
        secret = subject.get(*path, *at[:-1], "secretRef")
        if source == "Secret" and secret is None:
            yield missing(subject, (*path, *at[:-1], "secretRef"), ": the source is a Secret")
    for at, labels in parts(step, "requirements.requiredResources[].matchLabels"):
        if labels is not None and subject.get(*path, *at[:-1], "name") is not None:
            yield subject.finding(
                codes.REQUIREMENT,
                "The requirement has both a `name` and `matchLabels`.",
                "Keep one of them.",
                (*path, *at),
                key=True,
            )
    value = step.get("input")
    if value is not None:
        yield from _input(subject, (*path, "input"), value, where)


def _input(subject: Subject, path: PathOf, value: Any, step: str) -> Iterator[Finding]:
    absent = ["apiVersion", "kind"]
    if isinstance(value, dict):
        absent = [f for f in absent if not isinstance(value.get(f), str) or not value[f]]
    if absent:
        names = " and no ".join(f"`{name}`" for name in absent)
        yield subject.finding(
            codes.STEP_INPUT,
            f"The input of `{step}` is no Kubernetes object: it has no {names}.",
            "Give it the apiVersion and kind that the function's documentation names.",
            path,
            key=True,
        )


def _repeated(subject: Subject, items: str, field: str) -> Iterator[Finding]:
    for path, first, value in repeated(subject, items, field):
        yield _twice(subject, path, first, value)


def _repeated_in(
    subject: Subject, step: Any, base: PathOf, items: str, field: str
) -> Iterator[Finding]:
    first: dict[str, PathOf] = {}
    for at, value in parts(step, f"{items}[].{field}"):
        if isinstance(value, str) and value:
            if value in first:
                yield _twice(subject, (*base, *at), first[value], value)
            first.setdefault(value, (*base, *at))


def _twice(subject: Subject, path: PathOf, first: PathOf, value: str) -> Finding:
    return subject.finding(
        codes.STEP_NAME,
        f"`{path[-1]}` is {value!r}, as `{dotted(first)}` is already.",
        "Names have to differ within a list: rename one.",
        path,
    )
