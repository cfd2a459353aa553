"""Rules of the tests in place of the backend's rules of the same names."""

from __future__ import annotations

from typing import Any, Iterable


def replaced(rules: Iterable[Any], *stubs: Any) -> list[Any]:
    """`rules`, but `stubs` for those that have their names. A module's rules include those that
    it imports, to call them by name."""
    names = {stub.rule.canonical_name for stub in stubs}
    kept = [rule for rule in rules if getattr(rule, "canonical_name", None) not in names]
    return [*kept, *(stub.rule for stub in stubs)]
