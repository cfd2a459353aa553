"""Under which names the functions of a pipeline are installed (XP707)."""

from __future__ import annotations

import re
from typing import Iterator

from xpkg_tool.dependencies.model import dependencies, object_name
from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.suggestions import similar
from xpkg_tool.diagnostics.user_info import without_user
from xpkg_tool.lint.fields import shown
from xpkg_tool.package.content import PackageContent
from xpkg_tool.package.file import Object
from xpkg_tool.package.summary import Pipeline, Step, Use

FUNCTION_NAME = Rule(
    "XP707", "function-name", "No dependency is installed under a function's name.", WARNING
)

# Among more names than that none is looked for that is only alike: each would be compared with
# each.
_MANY = 100
# So many are named in a message.
_NAMED = 5
# Of a DNS label.
_LONGEST = 63


def check_function_names(content: PackageContent) -> Iterator[Finding]:
    """A warning for each function of a pipeline that is installed under another name."""
    if len(content.metas) != 1:
        return
    found = dependencies(content.metas[0].value)
    packages = {
        object_name(d.package): d.package
        for d in found
        # Of what no reference can be made nothing is installed, and nothing of it may be shown.
        if d.kind == "Function" and without_user(d.package) == d.package
    }
    # Without a Function among the dependencies, all of them are installed in another way.
    if not packages:
        return
    installed = _Installed(packages)
    # A Configuration, or what is of no kind that is known, may bring more of them.
    may_bring_others = any(d.kind not in ("Function", "Provider") for d in found)
    for object in content.objects:
        if isinstance(object.facts, (Use, Pipeline)):
            for step in object.facts.steps:
                if step.function not in packages:
                    yield from _finding(object, step, installed, may_bring_others)


class _Installed:
    """The functions that the package depends on: their `packages` by the names under which they are
    installed. `shown` is for messages."""

    def __init__(self, packages: dict[str, str]) -> None:
        self.packages = packages
        self._names = sorted(packages)
        self.shown = ", ".join(map(shown, self._names[:_NAMED]))
        if len(packages) > _NAMED:
            self.shown += f" and {len(packages) - _NAMED:,} others"
        self._by_end: dict[str, list[str]] = {}
        for name in packages:
            for end in _ends(name):
                self._by_end.setdefault(end, []).append(name)

    def meant(self, function: str) -> str | None:
        """The name of the dependency that was probably meant."""
        ends = self._by_end.get(function, [])
        if len(ends) == 1:
            return ends[0]
        starts = [end for end in _ends(function) if end in self.packages]
        if len(starts) == 1:
            return starts[0]
        return similar(function, self._names, cutoff=0.8) if len(self._names) <= _MANY else None


def _ends(name: str) -> Iterator[str]:
    """The name, and what stands behind each of its hyphens. A name that is installed is short: of
    a longer one, only its last letters count."""
    last = f"-{name}"[-1 - _LONGEST :]
    return (last[match.end() :] for match in re.finditer("-", last))


def _finding(
    object: Object, step: Step, installed: _Installed, may_bring_others: bool
) -> Iterator[Finding]:
    meant = installed.meant(step.function)
    if meant is None and may_bring_others:
        return
    if meant is not None:
        message = (
            f"The dependency {shown(installed.packages[meant])} is installed under the name "
            f"{shown(meant)}, not {shown(step.function)}."
        )
        remedy = f"Write `name: {meant}`."
    else:
        message = (
            f"No dependency of the package is installed under the name {shown(step.function)}."
        )
        remedy = (
            f"Its functions are installed as {installed.shown}. Use one of these names, or add the "
            "function to `spec.dependsOn`."
        )
    yield object.finding(
        FUNCTION_NAME,
        message,
        f"{remedy} If the function is installed in another way, suppress the warning.",
        step.path,
    )
