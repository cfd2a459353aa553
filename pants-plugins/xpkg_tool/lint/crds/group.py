"""Groups that belong to Kubernetes (XP400).

The rule is that of apiextensions-apiserver (pkg/apihelpers, GetAPIApprovalState).
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject

CRD_GROUP = Rule("XP400", "crd-group", "A CRD's group belongs to Kubernetes and has no approval.")

_APPROVAL = "api-approved.kubernetes.io"


def check_group(subject: Subject, *annotations: str) -> Iterator[Finding]:
    """A finding for a definition with a group of Kubernetes, unless one of the `annotations` (their
    path) approves it."""
    if not _is_approved(subject.get(*annotations, _APPROVAL)):
        group = shown(subject.get("spec", "group"))
        yield subject.finding(
            CRD_GROUP,
            f"The group {group} belongs to Kubernetes, which requires the annotation "
            f"`{_APPROVAL}` in `{'.'.join(annotations)}` for it: a URL, or a string that begins "
            "with `unapproved`.",
            "Use a group of your own.",
            ("spec", "group"),
        )


def _is_approved(approval: Any) -> bool:
    if not isinstance(approval, str):
        return False
    scheme, separator, rest = approval.partition("://")
    return approval.startswith("unapproved") or bool(scheme and separator and rest.strip("/"))
