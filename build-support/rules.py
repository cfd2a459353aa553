"""Writes what is known of all rules together, from the modules that declare them and their pages.

    python build-support/rules.py            after a rule was added, changed or removed
    python build-support/rules.py --check    names the files that are not up to date

A rule is a constant `NAME = Rule(…)` of a module of the tool, with a page `CODE.md` beside the
module. A check of objects is a function with the decorator `@checks(…)`. From these come

- xpkg_tool/diagnostics/catalogue_rows.py: all rules, for what has to know them without importing
  the modules;
- xpkg_tool/lint/index.py: the checks for each kind of object;
- the index in docs/lint-rules.md, below its marker;
- the entries in docs/lint-rules/*.md and docs/publishing-errors.md, below a marker in each that
  says which codes belong there: `<!-- rules: XP40 XP41 -->`.

What stands above a marker is written by hand. The sources are read, not imported: so this works
whatever a merge has left in the files that it writes.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "pants-plugins" / "xpkg_tool"
DOCS = ROOT / "docs"
sys.path[:0] = [str(ROOT / "pants-plugins")]

from xpkg_tool.diagnostics.finding import ERROR, WARNING  # noqa: E402
from xpkg_tool.diagnostics.page import body  # noqa: E402
from xpkg_tool.diagnostics.rule import Rule  # noqa: E402
from xpkg_tool.package import types  # noqa: E402

# What the expressions `Rule(…)` and `@checks(…)` may name.
_RULE = {"Rule": Rule, "ERROR": ERROR, "WARNING": WARNING}
_CHECKS = {"checks": lambda *kinds: kinds, "types": types}
_CATALOGUE_FILE = TOOL / "diagnostics" / "catalogue_rows.py"
_MARKER = re.compile(r"^<!-- (index|rules: [\w\- ]+) -->\n", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s:]+)\)")
_FENCE = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
_COMMAND = "python build-support/rules.py"

_CATALOGUE = '''\
"""All rules, copied from their modules. `{command}` writes this."""

# A rule is a line, however long.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.diagnostics.rule import Rule

LINT = (
{lint})
PUBLISHING = (
{publishing})
'''

_INDEX = '''\
"""The checks for each kind of object. `{command}` writes this.

A check is imported by the first object of its kinds: most packages have two or three kinds.
"""

# A kind is a line, however long.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Callable, Mapping

from xpkg_tool.lint.subject import Check
from xpkg_tool.package.types import ObjectKind

{loaders}
CHECKS: Mapping[ObjectKind, tuple[Callable[[], Check], ...]] = {{
{rows}}}
'''

_LOADER = """
def _{name}() -> Check:
    from {module} import {name}
    return {name}

"""


@dataclass(frozen=True)
class Declared:
    """A rule and the file of its module."""

    rule: Rule
    module: Path

    @property
    def page(self) -> Path:
        return self.module.with_name(f"{self.rule.code}.md")


@dataclass(frozen=True)
class DeclaredCheck:
    """The function `name` of `module`, and the kinds of objects that it looks at."""

    name: str
    module: Path
    kinds: tuple[types.ObjectKind, ...]


@dataclass(frozen=True)
class Group:
    """A page of the documentation: its file, its title and the rules on it."""

    file: Path
    title: str
    rules: tuple[Declared, ...]


def main(arguments: Sequence[str]) -> int:
    stale = [(path, text) for path, text in written() if path.read_text("utf-8") != text]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not what `{_COMMAND}` writes.")
        else:
            path.write_text(text, "utf-8")
            print(f"Wrote {path.relative_to(ROOT)}.")
    return int(bool(stale) and "--check" in arguments)


def written() -> Iterator[tuple[Path, str]]:
    """The files that depend on all rules, with their contents. Exits with a sentence where a rule
    has no page, a page no rule, or a code no place in the documentation."""
    rules, checks = declared()
    _check_pages(rules)
    yield _CATALOGUE_FILE, catalogue(rules)
    yield TOOL / "lint" / "index.py", index(checks)
    pages = [*sorted(DOCS.glob("lint-rules/*.md")), DOCS / "publishing-errors.md"]
    groups = sorted(
        (group(path, rules) for path in pages), key=lambda g: [d.rule.code for d in g.rules]
    )
    homes = {found.page: (g.file, found.rule.code.lower()) for g in groups for found in g.rules}
    placed = [found for g in groups for found in g.rules]
    for found in rules:
        if placed.count(found) != 1:
            raise SystemExit(f"{found.rule.code} is on {placed.count(found)} pages, not on one.")
    for g in groups:
        yield g.file, _above(g.file) + "".join(_entry(found, g.file, homes) for found in g.rules)
    page = DOCS / "lint-rules.md"
    yield page, _above(page) + "".join(_table(g, page) for g in groups if g.file.parent != DOCS)


def declared() -> tuple[list[Declared], list[DeclaredCheck]]:
    """All rules, by code, and all checks, by module and name."""
    rules, checks = [], []
    for module in sorted(set(TOOL.rglob("*.py")) - {_CATALOGUE_FILE}):
        text = module.read_text("utf-8")
        # Few modules declare something.
        for node in ast.parse(text).body if re.search(r"= Rule\(|@checks\(", text) else ():
            if isinstance(node, ast.Assign) and _calls(node.value, "Rule"):
                rules.append(Declared(_evaluated(node.value, _RULE), module))
            elif isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    if _calls(decorator, "checks"):
                        kinds = _evaluated(decorator, _CHECKS)
                        checks.append(DeclaredCheck(node.name, module, kinds))
    return sorted(rules, key=lambda found: found.rule.code), checks


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _evaluated(node: ast.expr, names: Mapping[str, object]):
    """The value of an expression of this project's own sources."""
    return eval(compile(ast.Expression(node), "<rule>", "eval"), dict(names))  # noqa: S307


def _check_pages(rules: Sequence[Declared]) -> None:
    expected = {found.page for found in rules}
    present = set(TOOL.rglob("*.md"))
    if len({found.rule.code for found in rules}) != len(rules):
        raise SystemExit("Two rules have the same code.")
    for path in sorted(expected - present):
        raise SystemExit(f"{path.relative_to(ROOT)} is missing: the page of a rule.")
    for path in sorted(present - expected):
        raise SystemExit(f"{path.relative_to(ROOT)} is the page of no rule of a module beside it.")


def catalogue(rules: Sequence[Declared]) -> str:
    """The module that has all rules as values."""
    rows = {found.rule.code: _row(found.rule) for found in rules}
    lint = "".join(row for code, row in rows.items() if code.startswith("XP"))
    publishing = "".join(row for code, row in rows.items() if not code.startswith("XP"))
    return _CATALOGUE.format(command=_COMMAND, lint=lint, publishing=publishing)


def _row(rule: Rule) -> str:
    parts = [json.dumps(text) for text in (rule.code, rule.name, rule.summary)]
    if rule.severity == WARNING:
        parts.append("WARNING")
    if rule.fatal:
        parts.append("fatal=True")
    if rule.also:
        parts.append(f"also={rule.also.upper()}")
    return f"    Rule({', '.join(parts)}),\n"


def index(checks: Sequence[DeclaredCheck]) -> str:
    """The module that says which checks look at which kind of object."""
    loaders = "".join(
        _LOADER.format(name=check.name, module=_dotted(check.module)) for check in checks
    )
    kinds = sorted({kind for check in checks for kind in check.kinds})
    rows = ""
    for kind in kinds:
        names = "".join(f"_{check.name}, " for check in checks if kind in check.kinds)
        rows += f'    ObjectKind("{kind.api_version}", "{kind.kind}"): ({names.rstrip()}),\n'
    return _INDEX.format(command=_COMMAND, loaders=loaders, rows=rows)


def _dotted(module: Path) -> str:
    return ".".join(module.relative_to(TOOL.parent).with_suffix("").parts)


def group(path: Path, rules: Sequence[Declared]) -> Group:
    """The page of the documentation, which says itself which codes belong on it."""
    text = path.read_text("utf-8")
    marker = _MARKER.search(text)
    if marker is None:
        raise SystemExit(f"{path.relative_to(ROOT)} has no line `<!-- rules: … -->`.")
    prefixes = tuple(marker[1].split()[1:])
    found = tuple(d for d in rules if d.rule.code.startswith(prefixes))
    return Group(path, text.partition("\n")[0].lstrip("# "), found)


def _above(path: Path) -> str:
    """What is written by hand, with the marker below it."""
    text = path.read_text("utf-8")
    marker = _MARKER.search(text)
    if marker is None:
        raise SystemExit(f"{path.relative_to(ROOT)} has no marker.")
    return text[: marker.end()]


def _entry(found: Declared, file: Path, homes: Mapping[Path, tuple[Path, str]]) -> str:
    text = body(found.rule, found.page.read_text("utf-8"))
    parts = _FENCE.split(text)
    linked = "".join(
        part
        if part.startswith("```")
        else _LINK.sub(lambda m: _relink(m[1], found, file, homes), part)
        for part in parts
    )
    return f"\n## {found.rule.code}\n\n{linked}"


def _relink(
    target: str, found: Declared, file: Path, homes: Mapping[Path, tuple[Path, str]]
) -> str:
    """The link as it is from the page of the documentation: to another entry, or a page."""
    path, separator, anchor = target.partition("#")
    leads_to = Path(os.path.normpath(found.page.parent / path))
    if leads_to in homes:
        leads_to, anchor = homes[leads_to]
        separator = "#"
    if not leads_to.exists():
        raise SystemExit(f"{found.page.relative_to(ROOT)}: {target} leads nowhere.")
    shown = "" if leads_to == file else os.path.relpath(leads_to, file.parent)
    return f"]({shown}{separator}{anchor})"


def _table(group: Group, page: Path) -> str:
    """A table of the group's rules. Each row has the anchor that the whole entry had when all
    entries stood on one page: links and `--docs-url` lead to it."""
    file = os.path.relpath(group.file, page.parent)
    rows = "".join(
        f'| <a id="{code}"></a>[{rule.code}]({file}#{code}) | {rule.severity} | {rule.name} | '
        f"{rule.summary.replace('|', chr(92) + '|')} |\n"
        for rule in (found.rule for found in group.rules)
        for code in (rule.code.lower(),)
    )
    return (
        f"\n### {group.title}\n\n[Details and examples]({file})\n\n"
        f"| code | severity | name | what is wrong |\n|---|---|---|---|\n{rows}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
