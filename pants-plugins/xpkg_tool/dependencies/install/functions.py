"""Whether the functions of pipelines are installed under the names by which they are called.

`functionRef.name` is the name of the Function object (crossplane's
internal/xfn/function_runner.go).
"""

from __future__ import annotations

from typing import Iterable, Iterator

from xpkg_tool.dependencies.install.model import Closure
from xpkg_tool.dependencies.model import object_name
from xpkg_tool.diagnostics.finding import WARNING, Finding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.suggestions import similar
from xpkg_tool.package.file import Object
from xpkg_tool.package.summary import Pipeline, Use

FUNCTION_NAME = Rule(
    "XP166",
    "install-function-name",
    "A function of a pipeline is not in the manifest under that name.",
    WARNING,
)

_MOST_NAMES = 100
# So many are named in a message.
_NAMED = 5


def check_functions(objects: Iterable[Object], closure: Closure) -> Iterator[Finding]:
    """A warning for each step of the pipelines in `objects` whose function is not installed with
    the closure. It may be installed in another way, so it is no error."""
    names = sorted(p.object_name for p in closure.packages if p.kind == "Function")
    sources = {package.source for package in closure.packages}
    # That a dependency cannot be installed is said of it.
    missing = frozenset(
        object_name(dependency.source)
        for package in closure.packages
        for dependency in package.dependencies
        if dependency.source not in sources
    )
    known = frozenset(names) | missing
    for object in objects:
        if not isinstance(object.facts, (Use, Pipeline)):
            continue
        for step in object.facts.steps:
            if step.function not in known and not _ends_one_of(missing, step.function):
                yield object.finding(
                    FUNCTION_NAME,
                    f"The manifest installs no Function with the name {cut(step.function)!r}.",
                    _remedy(step.function, names),
                    step.path,
                )


def _ends_one_of(names: Iterable[str], function: str) -> bool:
    """Whether it is one of the names without the organization that they begin with."""
    return any(name.endswith(f"-{function}") for name in names)


def _remedy(function: str, names: list[str]) -> str:
    otherwise = "If the function is installed in another way, suppress the warning."
    if not names:
        return f"Add the function to `spec.dependsOn`. {otherwise}"
    ends = [name for name in names if name.endswith(f"-{function}")]
    few = names if len(names) <= _MOST_NAMES else []
    meant = ends[0] if len(ends) == 1 else similar(function[:_MOST_NAMES], few, cutoff=0.9)
    if meant:
        return f"Write `name: {meant}`. {otherwise}"
    shown = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} others" if len(names) > _NAMED else ""
    return (
        f"Its Functions are {shown}{more}. Use one of these names, or add the function to "
        f"`spec.dependsOn`. {otherwise}"
    )
