"""The CustomResourceDefinitions of a Function, of which Crossplane 2.2 and later install none.

They only describe the input of the function for people and tools. So what a cluster would refuse of
them is a warning, unless every release of Crossplane that the package is for would install them.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from xpkg_tool.diagnostics.catalogue import is_fatal
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.package.content import PackageContent
from xpkg_tool.package.semver import Version, VersionError, parse_constraint
from xpkg_tool.package.types import FUNCTION, type_of_meta

_KIND = "CustomResourceDefinition"
# Versions of the releases that install nothing; those that a constraint names are tried as well.
_FIRST = (2, 2)
_TRIED = [Version(2, minor, patch) for minor in range(2, 31) for patch in (0, 1, 2, 5, 10, 20)]


def in_functions(content: PackageContent, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those about the definitions of a Function as warnings. What Crossplane's own
    build refuses stays an error."""
    harmless = len(content.metas) == 1 and all(
        type_of_meta(meta.object.kind) is FUNCTION and _may_install_nothing(meta.value)
        for meta in content.metas
    )
    for finding in findings:
        about = finding.object == _KIND or finding.object.startswith(f"{_KIND} ")
        if harmless and about and finding.severity == ERROR and not is_fatal(finding.code):
            yield finding._replace(severity=WARNING)
        else:
            yield finding


def _may_install_nothing(meta: Mapping[str, Any]) -> bool:
    spec = meta.get("spec")
    crossplane = spec.get("crossplane") if isinstance(spec, dict) else None
    version = crossplane.get("version") if isinstance(crossplane, dict) else None
    try:
        constraint = parse_constraint(version) if isinstance(version, str) else None
    except VersionError:
        constraint = None
    if constraint is None:
        return True
    named = [c.version for group in constraint.alternatives for c in group]
    later = [v for v in named if (v.major, v.minor) >= _FIRST]
    return any(constraint.matches(version) for version in (*_TRIED, *later))
