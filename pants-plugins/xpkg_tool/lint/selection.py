"""Which findings are shown: rules selected and ignored by code, by path, and by comments. Pure.

Errors by which Crossplane itself refuses a package (`Rule.fatal`) are always shown: hiding them
would not make the package installable. Every warning can be ignored.
"""

from __future__ import annotations

import sys
from bisect import bisect_right, insort
from typing import Iterable, Iterator, NamedTuple

from xpkg_tool.diagnostics.catalogue import (
    RULES,
    can_be_ignored,
    is_fatal,
    is_of_repository,
    rules_of,
)
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, has_errors, in_order
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.shortened import shortened
from xpkg_tool.diagnostics.suggestions import similar
from xpkg_tool.documents.suppressions import Suppression
from xpkg_tool.files.globs import BadPattern, matches

BAD_SUPPRESSION = Rule(
    "XP008", "bad-suppression", "A suppression or an option has no effect.", WARNING
)
UNUSED_SUPPRESSION = Rule("XP009", "unused-suppression", "A comment suppresses nothing.", WARNING)

_ALL = "ALL"
# Rules that look at a package together with others (dependencies/install/): that a comment
# suppresses none of their findings is not known where a package is linted by itself.
_OF_SEVERAL_PACKAGES = frozenset({"XP166"})
# So many codes of comments that do not exist are compared with those that do.
_MOST_HINTS = 100


class Selection(NamedTuple):
    """Rules by their codes or prefixes of them (`XP2` is XP200 to XP299; `ALL` is every rule).

    Of the prefixes in `select` (none: all rules) and `ignore` that match a code, the longest
    decides; of equal ones `ignore` wins, as in ruff. `per_path_ignores` has pairs of a glob
    (files/globs.py) and prefixes; a glob without a slash matches file names in any folder. Codes
    that do not exist and invalid globs only yield a warning.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def enabled(self, code: str, path: str, severity: str = WARNING) -> bool:
        """Whether findings with the code and severity, in the file, are shown."""
        if _is_always_on(code, severity):
            return True
        selected = _longest(self.select or (_ALL,), code)
        if selected < 0 or selected <= _longest(self.ignore, code):
            return False
        return not any(
            _longest(prefixes, code) >= 0 and _in_glob(glob, path)
            for glob, prefixes in self.per_path_ignores
        )

    def problems(self) -> Iterator[Finding]:
        """A warning for each part that has no effect."""
        for prefix in self.select:
            yield from _unknown(prefix, "`select`")
        for prefix in self.ignore:
            yield from _unknown(prefix, "`ignore`")
            yield from _only_fatal(prefix, "`ignore`")
        for glob, prefixes in self.per_path_ignores:
            where = f"`per_path_ignores` for {glob!r}"
            try:
                matches(glob, "")
            except BadPattern as error:
                yield _option_finding(f"{error}", "Correct the pattern in `per_path_ignores`.")
            for prefix in prefixes:
                yield from _unknown(prefix, where)
                yield from _only_fatal(prefix, where)


EVERYTHING = Selection()


def apply(
    findings: Iterable[Finding], selection: Selection, suppressions: Iterable[Suppression]
) -> tuple[Finding, ...]:
    """The findings that are to be shown, in order, with warnings (XP008, XP009) about what is wrong
    with the selection itself and with the comments, those of all files in their order."""
    found = in_order(findings)
    # In a file that could not be read as a whole, not all rules had their turn.
    unread = {f.path for f in found if is_fatal(f.code) and has_errors((f,))}
    comments = _Comments()
    warnings: list[Finding] = []
    for suppression in suppressions:
        warnings += comments.add(suppression)
    shown = [f for f in (*found, *warnings) if not comments.suppress(f)]
    shown += [f for f in comments.refused() if not comments.suppress(f)]
    shown += [f for f in comments.unused(selection, unread) if not comments.suppress(f)]
    kept = [f for f in shown if selection.enabled(f.code, f.path, f.severity)]
    # What is wrong with the selection, no selection hides.
    return shortened((*selection.problems(), *kept))


def apply_together(
    findings: Iterable[Finding], selection: Selection, suppressions: Iterable[Suppression]
) -> tuple[Finding, ...]:
    """As `apply`, for findings of rules about several packages. What is wrong with the comments and
    the selection themselves is found where a package is looked at alone, except that a comment
    suppresses nothing."""
    comments = _Comments()
    for suppression in suppressions:
        comments.add(suppression)
    shown = [f for f in in_order(findings) if not comments.suppress(f)]
    unused = comments.unused(selection, set(), together=True)
    shown += [f for f in unused if not comments.suppress(f)]
    return shortened(f for f in shown if selection.enabled(f.code, f.path, f.severity))


# What a comment suppresses: findings with the code in the file, on these lines.
_Reach = tuple[str, str, int, int]


class _Comments:
    """The comments that can have an effect, by what they suppress, and what of that there was; and
    what of it is an error that is always on, in the order of the findings."""

    def __init__(self) -> None:
        self.active: dict[_Reach, list[Suppression]] = {}
        self.used: set[_Reach] = set()
        self.met_fatal: dict[_Reach, None] = {}
        # By path and code, the documents that a comment is about: where they begin, in order.
        self.documents: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self.hints = _MOST_HINTS

    def add(self, comment: Suppression) -> list[Finding]:
        problem = _problem(comment)
        if problem:
            return [_comment_finding(comment, *problem)]
        found = []
        for code in comment.codes:
            wrong = self._unknown_code(code) or _fatal_code(code)
            if wrong:
                found.append(_comment_finding(comment, *wrong))
                continue
            reach = (comment.path, code, comment.first, comment.last)
            if reach not in self.active and comment.first != comment.last:
                lines = self.documents.setdefault((comment.path, code), [])
                insort(lines, (comment.first, comment.last))
            self.active.setdefault(reach, []).append(comment)
        return found

    def suppress(self, finding: Finding) -> bool:
        line = finding.position.line if finding.position else 0
        named = (finding.path, finding.code)
        hits = [
            reach
            for first, last in ((line, line), *self._documents(named, line))
            if (reach := (*named, first, last)) in self.active
        ]
        self.used.update(hits)
        if _is_always_on(finding.code, finding.severity):
            self.met_fatal.update(dict.fromkeys(hits))
            return False
        return bool(hits)

    def refused(self) -> list[Finding]:
        """A warning for each comment that would suppress an error that is always on."""
        return [
            _comment_finding(comment, *_always_on(reach[1], " here"))
            for reach in self.met_fatal
            for comment in self.active[reach]
        ]

    def _documents(self, named: tuple[str, str], line: int) -> Iterator[tuple[int, int]]:
        """Those with a comment that the line is in: no two share more than a line, but for one that
        is the whole file."""
        documents = self.documents.get(named, [])
        if documents:
            place = bisect_right(documents, (line, sys.maxsize))
            for first, last in {documents[0], *documents[max(0, place - 2) : place]}:
                if first <= line <= last:
                    yield first, last

    def _unknown_code(self, code: str) -> tuple[str, str] | None:
        if code in RULES:
            return None
        # What is near takes a millisecond to find, each time.
        self.hints -= 1
        return _unknown_code(code, hint=self.hints >= 0)

    def unused(
        self, selection: Selection, unread: set[str], *, together: bool = False
    ) -> list[Finding]:
        """A warning for each comment without a finding, of the rules about several packages or of
        all others."""
        return [
            UNUSED_SUPPRESSION.finding(
                f"The comment suppresses nothing: there is no finding {code} here.",
                f"Remove {code} from the comment. A comment belongs at the end of the line that "
                "the finding names, or alone on the line above; `ignore-file` belongs at the top.",
                path,
                comment.position,
            )
            for reach, comments in self.active.items()
            for path, code in (reach[:2],)
            if reach not in self.used
            and code != UNUSED_SUPPRESSION.code
            and code not in _OF_SEVERAL_PACKAGES
            and is_of_repository(code) == together
            and path not in unread
            and selection.enabled(code, path)
            for comment in comments
        ]


def _problem(comment: Suppression) -> tuple[str, str] | None:
    """What is wrong with a comment as a whole."""
    if comment.verb not in ("ignore", "ignore-file"):
        return (
            f"`xpkg: {comment.verb}` is not a suppression.",
            "Write `# xpkg: ignore[CODE]` or `# xpkg: ignore-file[CODE]`.",
        )
    if not comment.codes:
        return (
            "The comment names no rule, so it suppresses nothing.",
            f"Name the rules: `# xpkg: {comment.verb}[CODE]`; separate several with commas.",
        )
    if comment.verb == "ignore-file" and not comment.at_top:
        return (
            "`ignore-file` only has an effect above all content of a file or a document.",
            "Move it to the top, or write `ignore` for a single line.",
        )
    return None


def _unknown_code(code: str, *, hint: bool = True) -> tuple[str, str] | None:
    if code in RULES:
        return None
    near = similar(code.upper(), RULES, cutoff=0.8) if hint else None
    guess = f"Did you mean {near}? " if near else ""
    return f"There is no rule {code}.", f"{guess}docs/lint-rules.md lists the codes."


def _is_always_on(code: str, severity: str) -> bool:
    return severity == ERROR and is_fatal(code)


def _fatal_code(code: str) -> tuple[str, str] | None:
    return None if can_be_ignored(code) else _always_on(code)


def _always_on(code: str, where: str = "") -> tuple[str, str]:
    return (
        f"{code} cannot be ignored{where}: Crossplane would refuse the package or lose part of it.",
        "Fix what the rule finds, and remove the code.",
    )


def _comment_finding(comment: Suppression, message: str, remedy: str) -> Finding:
    return BAD_SUPPRESSION.finding(message, remedy, comment.path, comment.position)


def _option_finding(message: str, remedy: str) -> Finding:
    return BAD_SUPPRESSION.finding(message, remedy)


def _unknown(prefix: str, where: str) -> Iterator[Finding]:
    if prefix != _ALL and not rules_of(prefix):
        message, remedy = _unknown_code(prefix) or ("", "")
        yield _option_finding(f"{where} names {prefix!r}. {message}", remedy)


def _only_fatal(prefix: str, where: str) -> Iterator[Finding]:
    rules = () if prefix == _ALL else rules_of(prefix)
    if rules and not any(can_be_ignored(rule.code) for rule in rules):
        message, remedy = _fatal_code(rules[0].code) or ("", "")
        yield _option_finding(f"{where} names {prefix!r}. {message}", remedy)


def _longest(prefixes: Iterable[str], code: str) -> int:
    """The length of the longest prefix of the code; -1 where none is one."""
    fitting = [0 if p == _ALL else len(p) for p in prefixes if p == _ALL or code.startswith(p)]
    return max(fitting, default=-1)


def _in_glob(glob: str, path: str) -> bool:
    try:
        return matches(glob if "/" in glob else f"**/{glob}", path)
    except BadPattern:
        return False
