"""Which findings count, and how they are shown."""

from collections.abc import Mapping
from enum import Enum
from typing import Literal, NamedTuple


class FailOn(Enum):
    """From which severity on findings fail."""

    ERROR = "error"
    WARNING = "warning"


class RuleSelection(NamedTuple):
    """Codes of lint rules or prefixes of them, as in `[xpkg]`; `per_path_ignores` is by glob."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, tuple[str, ...]] = {}


ReportFormat = Literal["github", "json", "sarif", "text"]


class ReportRequest(NamedTuple):
    """Writes the findings in all these FINDINGS to one file for each format: the answer."""

    findings: tuple[str, ...]
    formats: tuple[ReportFormat, ...]
