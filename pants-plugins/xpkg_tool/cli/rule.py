"""`xpkg rule [CODE …]`: explains rules, or lists them."""

from __future__ import annotations

from argparse import Namespace
from typing import Iterator

from xpkg_tool.cli.failure import OK, Failure
from xpkg_tool.cli.output import write_output
from xpkg_tool.diagnostics.catalogue import RULES, Rule
from xpkg_tool.diagnostics.page import PAGE, entry, plain


def run(arguments: Namespace) -> int:
    if not arguments.codes:
        write_output(_listed(list(RULES.values())))
        return OK
    write_output("\n".join([_described(code) for code in arguments.codes]))
    return OK


def _described(named: str) -> str:
    """The entry of the rule with this code, or a list of the rules with this prefix."""
    code = named.upper()
    rule = RULES.get(code)
    if rule is not None:
        return _entry(rule)
    group = [rule for rule in RULES.values() if rule.code.startswith(code)]
    if not group or not code:
        raise Failure(f"No rule's code begins with {named!r}.", "`xpkg rule` lists all rules.")
    return _listed(group)


def _entry(rule: Rule) -> str:
    text = entry(rule.code)
    body = plain(text) if text else f"{rule.summary} {PAGE} explains it with examples.\n"
    return f"{rule.code} {rule.name}\n\n{body}"


def _listed(rules: list[Rule]) -> str:
    return "".join(f"{line}\n" for line in _lines(rules))


def _lines(rules: list[Rule]) -> Iterator[str]:
    width = max(len(rule.name) for rule in RULES.values())
    for rule in rules:
        yield f"{rule.code}  {rule.severity:7}  {rule.name:{width}}  {rule.summary}"
