"""A finding: what is wrong, where, and the remedy; and how it is shown to a person."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any, Iterable, Mapping

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Position:
    """A place in a file: 1-based line and column (in characters), the line's text, and how many
    characters of it are meant (at least one)."""

    line: int
    column: int
    source: str = ""
    width: int = 1


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `code` names the rule (docs/lint-rules.md has an entry for each), `message` is a sentence,
    `remedy` another one. `path` is relative to the repository or to the folder that was named;
    it is empty for what concerns a package as a whole. `object` names the Kubernetes object
    ("Composition xnetworks.example.org"), where there is one.
    """

    code: str
    message: str
    remedy: str
    path: str = ""
    position: Position | None = None
    object: str = ""
    severity: str = ERROR

    def sort_key(self) -> tuple[Any, ...]:
        where = (self.position.line, self.position.column) if self.position else (0, 0)
        return (tuple(self.path.split("/")), where, self.code, self.message)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """The inverse of `to_json`; raises KeyError or TypeError for anything else."""
        position = data["position"]
        return cls(**{**data, "position": None if position is None else Position(**position)})


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by path, then line and column."""
    return tuple(sorted(dict.fromkeys(findings), key=Finding.sort_key))


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == ERROR for finding in findings)


# A line longer than this is cut to the part around the caret when it is shown.
_SHOWN_COLUMNS = 120


def render(finding: Finding) -> str:
    """The finding as text: `path:line:column: severity CODE: message`, the line with a caret under
    the place, and the remedy. Characters that could steer a terminal are shown as escapes, and
    so is what a CI system would take for a command."""
    where = finding.path
    if finding.path and finding.position:
        where += f":{finding.position.line}:{finding.position.column}"
    head = f"{where}: " if where else ""
    subject = f" [{finding.object}]" if finding.object else ""
    lines = [visible(f"{head}{finding.severity} {finding.code}: {finding.message}{subject}")]
    if finding.position and finding.position.source:
        lines += _excerpt(finding.position)
    lines.append(visible(f"  help: {finding.remedy}"))
    return _without_commands("\n".join(lines))


def render_all(findings: Iterable[Finding]) -> str:
    """All findings as text, a blank line between them."""
    return "\n\n".join(render(finding) for finding in findings)


def _excerpt(position: Position) -> list[str]:
    source, column = position.source.rstrip("\n"), position.column
    # An excerpt is never wider than a person can read: a long line is cut around the place.
    start = max(0, column - 1 - _SHOWN_COLUMNS // 2) if len(source) > _SHOWN_COLUMNS else 0
    shown = source[start : start + _SHOWN_COLUMNS]
    place = column - 1 - start
    lead, marked = (
        # As they are shown in the end, within a line.
        _without_commands(f"|{visible(part)}")[1:]
        for part in (shown[:place], shown[place : place + position.width])
    )
    number = str(position.line)
    gutter = " " * len(number)
    # Tabs are kept in the lead so that the caret stands under its character.
    pad = "".join(c if c == "\t" else " " * _columns(c) for c in lead)
    caret = "^" * max(1, sum(_columns(c) for c in marked))
    return [f"  {number} | {visible(shown)}", f"  {gutter} | {pad}{caret}"]


def _without_commands(text: str) -> str:
    # Most packages have no finding, and start sooner without the module.
    from .log_commands import without_commands

    return without_commands(text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def visible(text: str) -> str:
    """The text with escapes for the characters that are not printable; tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text
    )
