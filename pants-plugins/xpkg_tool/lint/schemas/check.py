"""Schemas of custom resources (OpenAPI v3, structural): what the linter says of them.

Used for CRDs as they are, and for XRDs with the schema that Crossplane makes of theirs.
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.openapi.node import Problem
from xpkg_tool.lint.schemas.keywords import SCHEMA_TYPE, SCHEMA_UNKNOWN
from xpkg_tool.lint.schemas.walk import problems
from xpkg_tool.lint.subject import Subject


def check_schema(
    subject: Subject, path: PathOf, schema: Any, *, status: bool = False
) -> Iterator[Finding]:
    """All findings for the schema of a whole custom resource (XP420 to XP434).

    `path` leads from the object to `schema`. `status`: the version has a status subresource.
    """
    for problem in problems(schema, status=status):
        yield _finding(subject, path, problem)


def schema_findings(
    subject: Subject, path: PathOf, schema: Any, *, status: bool, unknown: str
) -> Iterator[tuple[PathOf, Finding]]:
    """As `check_schema`, each with the path inside the schema, which may lack parts of the one in
    the object. `unknown` is the severity of an unknown keyword."""
    for problem in problems(schema, status=status):
        yield problem.path, _finding(subject, path, problem, unknown)


def check_schema_keywords(
    subject: Subject, path: PathOf, schema: Any, *, unknown: str = ERROR
) -> Iterator[Finding]:
    """Only the keywords that have the wrong type, on which Crossplane's build fails (XP420), or are
    unknown (XP421), with the severity of the latter."""
    for problem in problems(schema):
        if problem.rule in (SCHEMA_TYPE, SCHEMA_UNKNOWN):
            yield _finding(subject, path, problem, unknown)


def _finding(subject: Subject, path: PathOf, problem: Problem, unknown: str = ERROR) -> Finding:
    severity = problem.severity
    if problem.rule is SCHEMA_UNKNOWN and unknown == WARNING:
        severity = WARNING
    return subject.finding(
        problem.rule,
        problem.message,
        problem.remedy,
        (*path, *problem.path),
        key=problem.key,
        severity=severity,
    )
