"""The capabilities that a meta object names (XP112).

Crossplane looks for its own among them, and ignores case and all but letters and digits
(apis/pkg/meta/v1, CapabilitiesContainFuzzyMatch). Others may mean something to someone else.
"""

from __future__ import annotations

import re
from typing import Iterator

from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.suggestions import similar
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.package import types

CAPABILITY = Rule(
    "XP112", "capability", "A capability is almost one that Crossplane knows.", WARNING
)

_KNOWN = ("composition", "operation", "safe-start")
_BY_LETTERS = {re.sub(r"[^a-z0-9]", "", known): known for known in _KNOWN}


@checks(*types.ALL_META)
def check_capabilities(subject: Subject) -> Iterator[Finding]:
    """A warning for each capability that resembles one that Crossplane knows."""
    capabilities = subject.get("spec", "capabilities")
    for index, text in enumerate(capabilities if isinstance(capabilities, list) else ()):
        if not isinstance(text, str):
            continue
        letters = re.sub(r"[^a-zA-Z0-9]", "", text).lower()
        near = None if letters in _BY_LETTERS else similar(letters, _BY_LETTERS, cutoff=0.8)
        if near:
            yield subject.finding(
                CAPABILITY,
                f"{shown(text)} is not a capability that Crossplane knows; `{_BY_LETTERS[near]}` "
                "is.",
                f"Write `{_BY_LETTERS[near]}`. If another program looks for {shown(text)}, "
                "suppress the warning.",
                ("spec", "capabilities", index),
            )
