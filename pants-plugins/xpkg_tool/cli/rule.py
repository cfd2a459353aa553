"""`xpkg rule [CODE …]`: explains rules, or lists them."""

from __future__ import annotations

from argparse import Namespace
from typing import Iterator, Sequence

from xpkg_tool.cli.failure import OK, Failure
from xpkg_tool.cli.output import write_output
from xpkg_tool.diagnostics.catalogue import PUBLISHING_ERRORS, RULES
from xpkg_tool.diagnostics.page import PAGE, entry, plain
from xpkg_tool.diagnostics.rule import Rule

_LINT, _PUBLISHING = tuple(RULES.values()), tuple(PUBLISHING_ERRORS.values())


def run(arguments: Namespace) -> int:
    if not arguments.codes:
        write_output(_listed(_LINT) + _listed(_PUBLISHING))
        return OK
    write_output("\n".join([_described(code) for code in arguments.codes]))
    return OK


def _described(named: str) -> str:
    """The page of the rule with this code, or a list of the rules with this prefix."""
    beginning = named.lower()
    group = [rule for rule in _LINT + _PUBLISHING if rule.code.lower().startswith(beginning)]
    if not group or not beginning:
        raise Failure(f"No rule's code begins with {named!r}.", "`xpkg rule` lists all rules.")
    exact = [rule for rule in group if rule.code.lower() == beginning]
    return _page(exact[0]) if exact else _listed(group)


def _page(rule: Rule) -> str:
    text = entry(rule)
    body = plain(text) if text else f"{rule.summary} {PAGE} explains it with examples.\n"
    title = rule.code if rule.name == rule.code else f"{rule.code} {rule.name}"
    return f"{title}\n\n{body}"


def _listed(rules: Sequence[Rule]) -> str:
    return "".join(f"{line}\n" for line in _lines(rules))


def _lines(rules: Sequence[Rule]) -> Iterator[str]:
    code = max(len(rule.code) for rule in rules)
    name = max(len(rule.name) for rule in _LINT)
    for rule in rules:
        # The code of an error of publishing is its name.
        names = "" if rule.name == rule.code else f"  {rule.name:{name}}"
        yield f"{rule.code:{code}}  {rule.severity:7}{names}  {rule.summary}"
