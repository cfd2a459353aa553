"""A finding: what is wrong, where, and the remedy; and how it is shown to a person."""

from __future__ import annotations

import unicodedata
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence, Union

ERROR = "error"
WARNING = "warning"


class Position(NamedTuple):
    """A place in a file: 1-based line and column (in characters), the line's text, and how many
    characters of it are meant (at least one)."""

    line: int
    column: int
    source: str = ""
    width: int = 1


class _Finding(NamedTuple):
    """The fields of a Finding."""

    code: str
    message: str
    remedy: str
    path: str = ""
    position: Position | None = None
    object: str = ""
    severity: str = ERROR
    occurrences: int = 1


class Finding(_Finding):
    """One thing that is wrong. What would show a user name or a password in the name of a package
    is left out of the message, of the remedy and of the line in `position`.

    `code` is that of the rule, of which findings are made (rule.py); `message` is a sentence,
    `remedy` another one. `path` is relative to the repository or to the folder that was named; it
    is empty for what concerns a package as a whole. `object` names the Kubernetes object
    ("Composition xnetworks.example.org"), where there is one. `occurrences` is of how many findings
    this is one: more than one where others of the kind are counted, not shown (shortened.py).
    """

    __slots__ = ()

    def __new__(  # noqa: PYI034 (Self is newer than Python 3.9)
        cls,
        code: str,
        message: str,
        remedy: str,
        path: str = "",
        position: Position | None = None,
        object: str = "",
        severity: str = ERROR,
        occurrences: int = 1,
    ) -> Finding:
        # Here, and not where a finding is made, so that no rule and no format can forget it.
        if "@" in message or "@" in remedy:
            message, remedy = _without_user(message), _without_user(remedy)
        if position and "@" in position.source and _shows_user(position.source):
            position = position._replace(source="")
        return super().__new__(
            cls, code, message, remedy, path, position, object, severity, occurrences
        )

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Finding:
        """As `_replace` makes another one."""
        return cls(*iterable)

    def sort_key(self) -> tuple[Any, ...]:
        where = (self.position.line, self.position.column) if self.position else (0, 0)
        return (tuple(self.path.split("/")), where, self.code, self.message)

    def to_json(self) -> dict[str, Any]:
        position = None if self.position is None else self.position._asdict()
        return {**self._asdict(), "position": position}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """The inverse of `to_json`; raises KeyError or TypeError for anything else."""
        position = data["position"]
        return cls(**{**data, "position": None if position is None else Position(**position)})


# What the releases do: refuse the object (or what Crossplane makes of it), or drop a part of it
# silently.
REFUSED = "refused"
DROPPED = "dropped"


class ReleaseFinding(NamedTuple):
    """A finding that depends on which releases of Crossplane a package admits. A file is read
    without its package: what its rules say of single releases is settled when the meta object is
    known.

    `finding` is true of these releases of Crossplane, such as `2.1`, oldest first; `effect` is
    what they do. Where the severity of `finding` is a warning, it is never more."""

    finding: Finding
    releases: tuple[str, ...]
    effect: str

    def among(self, admitted: tuple[str, ...]) -> Finding | None:
        """The finding for a package that admits these releases, oldest first; None where it is true
        of none of them.

        It is an error where the newest of them refuses the object, or where all drop the part: what
        only some of them drop, and what only older ones refuse, works in another.
        """
        true_of = [release for release in admitted if release in self.releases]
        if not true_of:
            return None
        if self.effect == REFUSED:
            severe = admitted[-1] in self.releases
        else:
            severe = len(true_of) == len(admitted)
        severity = ERROR if severe and self.finding.severity == ERROR else WARNING
        return self.finding._replace(severity=severity)

    def to_json(self) -> dict[str, Any]:
        return {**self._asdict(), "finding": self.finding.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ReleaseFinding:
        """The inverse of `to_json`."""
        finding = Finding.from_json(data["finding"])
        return cls(finding, tuple(data["releases"]), data["effect"])


AnyFinding = Union[Finding, ReleaseFinding]


def settled(findings: Iterable[ReleaseFinding], admitted: tuple[str, ...]) -> Iterator[Finding]:
    """The findings for a package that admits these releases, oldest first."""
    for finding in findings:
        found = finding.among(admitted)
        if found is not None:
            yield found


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by path, then line and column."""
    return tuple(sorted(dict.fromkeys(findings), key=Finding.sort_key))


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == ERROR for finding in findings)


def fails(findings: Iterable[Finding], fail_on: str) -> bool:
    """Whether one of the findings is at least as severe as `fail_on`, ERROR or WARNING."""
    return any(fail_on in (finding.severity, WARNING) for finding in findings)


def strictness(findings: Iterable[Finding], fail_on: str) -> str:
    """A sentence where warnings fail, for people who would wonder; else empty."""
    if fail_on != WARNING or all(finding.severity == ERROR for finding in findings):
        return ""
    return 'A warning fails here like an error, since `fail_on` is "warning".'


# No name that means something is as long; a message may repeat it for each of a thousand findings.
_LONGEST_NAME = 300


def cut(name: str) -> str:
    """A name for a sentence, without the end of a very long one."""
    if "@" in name:
        from xpkg_tool.diagnostics.user_info import without_user

        # First: of what is cut, nobody could tell where a password ends.
        name = without_user(name)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."


def few_others(places: Sequence[str], index: int) -> str:
    """For a sentence, all places but that at `index`; of many the first ones and how many there are
    besides: each of a thousand equal objects would name a thousand."""
    others = [*places[: min(index, _NAMED + 1)], *places[index + 1 : index + 2 + _NAMED]]
    return _few(others, len(places) - 1)


def few(places: Sequence[str]) -> str:
    """For a sentence, the places; of many the first ones and how many there are besides."""
    return _few(places, len(places))


def _few(first: Sequence[str], count: int) -> str:
    left = count - _NAMED
    return ", ".join(first[:_NAMED]) + (f" and {left:,} more" if left > 0 else "")


_NAMED = 3
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
    from xpkg_tool.diagnostics.log_commands import without_commands

    return without_commands(text)


def _without_user(text: str) -> str:
    from xpkg_tool.diagnostics.user_info import hidden_in

    return hidden_in(text)


def _shows_user(line: str) -> bool:
    from xpkg_tool.diagnostics.user_info import shows_user

    return shows_user(line)


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
