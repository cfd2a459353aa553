"""All rules of the linter by code, and all errors of publishing."""

from __future__ import annotations

from xpkg_tool.diagnostics.catalogue_rows import LINT, PUBLISHING
from xpkg_tool.diagnostics.finding import WARNING
from xpkg_tool.diagnostics.rule import Rule

RULES = {rule.code: rule for rule in LINT}
PUBLISHING_ERRORS = {error.code: error for error in PUBLISHING}

# Rules about several packages: what they find is not known where one package is looked at.
_OF_REPOSITORY = ("XP14",)


def is_of_repository(code: str) -> bool:
    """Whether the rule is about the packages of a repository together."""
    return code.startswith(_OF_REPOSITORY)


def is_fatal(code: str) -> bool:
    """Whether errors with the code are always shown; so are those of codes without a rule."""
    rule = RULES.get(code)
    return rule is None or rule.fatal


def can_be_ignored(code: str) -> bool:
    """Whether there are findings with the code that need not be shown."""
    rule = RULES.get(code)
    return rule is not None and (not rule.fatal or WARNING in (rule.severity, rule.also))


def rules_of(prefix: str) -> tuple[Rule, ...]:
    """The rules whose codes begin with `prefix`: all with `XP`, one with a whole code."""
    return tuple(rule for rule in LINT if rule.code.startswith(prefix))
