"""Schemas of custom resources (OpenAPI v3, structural): what the linter says of them.

Used for CRDs as they are, and for XRDs with the schema that Crossplane makes of theirs.
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool import codes
from xpkg_tool.finding import Finding
from xpkg_tool.rules.subject import Subject

from .node import PathOf, Problem
from .walk import problems


def check_schema(
    subject: Subject, path: PathOf, schema: Any, *, status: bool = False
) -> Iterator[Finding]:
    """All findings for the schema of a whole custom resource (XP420 to XP434).

    `path` leads from the object to where `schema` stands in it; `schema` may lack parts of what
    stands there. `status`: the version has a status subresource.
    """
    for problem in problems(schema, status=status):
        yield _finding(subject, path, problem)


def check_schema_keywords(subject: Subject, path: PathOf, schema: Any) -> Iterator[Finding]:
    """Only the keywords that are of a wrong type, by which the package manager's build breaks
    (XP420), or not known (XP421)."""
    for problem in problems(schema):
        if problem.code in (codes.SCHEMA_TYPE, codes.SCHEMA_UNKNOWN):
            yield _finding(subject, path, problem)


def _finding(subject: Subject, path: PathOf, problem: Problem) -> Finding:
    return subject.finding(
        problem.code,
        problem.message,
        problem.remedy,
        (*path, *problem.path),
        key=problem.key,
        severity=problem.severity,
    )
