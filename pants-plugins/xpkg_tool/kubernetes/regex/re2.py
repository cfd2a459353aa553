r"""Regular expressions as Go's regexp package reads them (RE2 syntax, regexp/syntax/parse.go).

Kubernetes compiles every `pattern` of a schema with it: what it refuses makes the schema invalid.
Look-around and back-references are what people coming from other dialects miss.

Written by hand instead of google-re2 (measured: 1.1.20250805, the last one for CPython 3.9):

- All other libraries of the tool install on musl, on glibc 2.17 and on macOS 11. It has no wheels
  for musl, for a glibc before 2.27 and for macOS before 13, and no lock can tell these apart. With
  this module only where it is absent, the same sources would get different verdicts.
- It is not Go's dialect: it accepts `\C`, `(?P<ä>x)` and groups nested 16,000 deep, and refuses
  `\p{Letter}`, `\p{greek}`, `\p{LC}` and `\p{Cn}`. Go 1.26 decides each of them the other way.
- It compiles what it only has to read, to programs of bytes. `\pL{1000}` costs 0.9 s and 140 MiB;
  16 of these are refused under any `max_mem`, since a program has at most 2**24 instructions;
  `[a-bd-e]?` costs 0.4 s when written 10,000 times and 17 s when written 100,000 times. Go accepts
  all of these, the last one in 0.3 s.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Collection

from xpkg_tool.kubernetes.regex.re2_tree import (
    ANY,
    LETTER_ESCAPES,
    PERL,
    POSIX,
    Assertion,
    Chars,
    CharsTest,
    Choice,
    Node,
    Repeat,
    Sequence,
    complement,
)

# Go's limits: how often a thing may be repeated, nested counts multiplied; how deep groups nest.
MAX_REPEAT = 1000
MAX_HEIGHT = 1000
_LONGEST_NAME = 500


class PatternError(ValueError):
    """Go would refuse the expression. The text says why, as part of a sentence: it begins with what
    Go itself says."""


_CATEGORY = re.compile(r"C[cfnos]?|L[Clmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?")
_COUNT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_ASSERTIONS = {"A": "begin", "z": "end", "b": "word", "B": "no-word"}
_LOOK_AROUND = re.compile(r"\(\?(=|!|<=|<!)")
_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_HEXADECIMAL = re.compile(r"x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))")


@dataclass
class _Group:
    """An open group: the choices before the last `|`, and what stands since then. `flags` are those
    that hold again behind the group."""

    flags: frozenset[str]
    captures: bool = False
    choices: list[_Part] = field(default_factory=list)
    items: list[_Part] = field(default_factory=list)

    def close(self) -> _Part:
        self.end_choice()
        part = _joined(self.choices, Choice)
        return replace(part, height=part.height + 1, joins=None) if self.captures else part

    def end_choice(self) -> None:
        self.choices.append(_joined(self.items, Sequence))
        self.items = []


@dataclass(frozen=True)
class _Part:
    """`weight`: the greatest product of nested counts in it; `height`: how deep Go's tree is, which
    has a sequence in a sequence as one, and a choice in a choice (`joins`)."""

    node: Node
    weight: int = 1
    height: int = 1
    joins: type[Sequence | Choice] | None = None


def _joined(parts: list[_Part], kind: type[Sequence | Choice]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    return _Part(
        kind(tuple(part.node for part in parts)),
        max((part.weight for part in parts), default=1),
        max((part.height - (part.joins is kind) for part in parts), default=0) + 1,
        kind,
    )


@lru_cache(maxsize=4096)
def parse(pattern: str) -> Node:
    """The expression as a tree. Raises PatternError."""
    return _Parser(pattern).run()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.flags: frozenset[str] = frozenset()
        self.groups = [_Group(self.flags)]
        self.last_name: int | None = None

    def run(self) -> Node:
        text = self.text
        was_repeat = False
        while self.at < len(text):
            character = text[self.at]
            is_repeat = False
            if character == "(":
                self._open()
            elif character == ")":
                self._close()
            elif character == "|":
                self.groups[-1].end_choice()
                self.at += 1
            elif character == "^":
                self._add(Assertion("begin-line" if "m" in self.flags else "begin"), 1)
            elif character == "$":
                self._add(Assertion("end-line" if "m" in self.flags else "end"), 1)
            elif character == ".":
                self._add(Chars(ANY if "s" in self.flags else complement(((10, 10),))), 1)
            elif character == "[":
                self._class()
            elif character in "*+?":
                self._repeat(
                    1, *{"*": (0, None), "+": (1, None), "?": (0, 1)}[character], was_repeat
                )
                is_repeat = True
            elif character == "{" and (count := _COUNT.match(text, self.at)):
                self._count(count, was_repeat)
                is_repeat = True
            elif character == "\\":
                self._escape()
            else:
                self._add(self._one(ord(character)), 1)
            was_repeat = is_repeat
        if len(self.groups) > 1:
            raise PatternError("missing closing `)`")
        return self._checked(self.groups[0].close()).node

    def _add(self, node: Node, width: int) -> None:
        self.groups[-1].items.append(_Part(node))
        self.at += width

    def _checked(self, part: _Part) -> _Part:
        if part.height > MAX_HEIGHT:
            raise PatternError(f"expression nests too deeply: {MAX_HEIGHT} levels are allowed")
        return part

    def _one(self, code: int) -> Chars:
        return Chars(((code, code),), fold="i" in self.flags)

    def _open(self) -> None:
        text, start = self.text, self.at
        if not text.startswith("(?", start):
            self.groups.append(_Group(self.flags, captures=True))
            self.at += 1
            return
        # The longest that is looked at is a name.
        rest = text[start : start + _LONGEST_NAME]
        if (rest.startswith("(?P<") and len(rest) > 4) or (
            rest.startswith("(?<") and len(rest) > 3 and rest[3] not in "=!"
        ):
            name, found, _ = rest[rest.index("<") + 1 :].partition(">")
            if not found or not re.fullmatch(r"[A-Za-z0-9_]+", name):
                raise PatternError(
                    "invalid named capture: a name has letters, digits and `_`, and ends in `>`"
                )
            self.groups.append(_Group(self.flags, captures=True))
            self.at += rest.index(">") + 1
            return
        if around := _LOOK_AROUND.match(rest):
            what, way = (
                ("invalid named capture", "lookbehind")
                if "<" in around[0]
                else ("invalid or unsupported Perl syntax", "lookahead")
            )
            raise PatternError(f"{what} `{around[0]}`: Go has no {way}")
        self._flag_group(rest)

    def _flag_group(self, rest: str) -> None:
        set_on = _FLAGS.match(rest)
        if not set_on:
            raise PatternError(f"invalid or unsupported Perl syntax `{rest[:4]}`")
        flags = (self.flags | set(set_on[1])) - set((set_on[2] or "-")[1:])
        if set_on[3] == ":":
            self.groups.append(_Group(self.flags))
        self.flags = frozenset(flags)
        self.at += set_on.end()

    def _close(self) -> None:
        if len(self.groups) == 1:
            raise PatternError("unexpected `)`")
        group = self.groups.pop()
        self.flags = group.flags
        self.groups[-1].items.append(self._checked(group.close()))
        self.at += 1

    def _count(self, count: re.Match[str], was_repeat: bool) -> None:
        least = int(count[1])
        most = least if count[2] is None else int(count[3]) if count[3] else None
        if least > MAX_REPEAT or (most is not None and (most > MAX_REPEAT or least > most)):
            raise PatternError(
                f"invalid repeat count `{count[0]}`: at most {MAX_REPEAT}, the smaller one first"
            )
        self._repeat(len(count[0]), least, most, was_repeat, counted=True)

    def _repeat(
        self, width: int, least: int, most: int | None, was_repeat: bool, *, counted: bool = False
    ) -> None:
        text = self.text
        end = self.at + width
        if was_repeat:
            raise PatternError(
                f"invalid nested repetition operator: `{text[self.at : end]}` follows another one"
            )
        items = self.groups[-1].items
        if not items:
            raise PatternError(f"missing argument to repetition operator `{text[self.at : end]}`")
        if text[end : end + 1] == "?":
            width += 1
        item = items.pop()
        weight = item.weight
        if counted and most != 0:
            weight *= max(1, least if most is None else most)
            if weight > MAX_REPEAT and (least >= 2 or (most or 0) >= 2):
                raise PatternError(
                    f"invalid repeat count: nested counts come to more than {MAX_REPEAT}"
                )
        items.append(self._checked(_Part(Repeat(item.node, least, most), weight, item.height + 1)))
        self.at += width

    def _escape(self) -> None:
        text = self.text
        following = text[self.at + 1 : self.at + 2]
        if following in _ASSERTIONS and following:
            self._add(Assertion(_ASSERTIONS[following]), 2)
        elif following == "Q":
            literal, _, _ = text[self.at + 2 :].partition("\\E")
            for character in literal:
                self._add(self._one(ord(character)), 0)
            self.at = min(len(text), self.at + 2 + len(literal) + 2)
        elif following in ("p", "P"):
            ranges, test = self._unicode()
            known = test is None or test is not _unknown
            self._add(
                Chars(ranges, (test,) if test else (), fold="i" in self.flags, known=known), 0
            )
        elif following.lower() in PERL and following:
            ranges = PERL[following.lower()]
            self._add(Chars(ranges, negated=following.isupper(), fold="i" in self.flags), 2)
        else:
            self._add(self._one(self._character()), 0)

    def _character(self) -> int:
        """The character that an escape at the current place stands for; moves behind it."""
        text, start = self.text, self.at
        following = text[start + 1 : start + 2]
        if not following:
            raise PatternError("trailing backslash at end of expression")
        if found := _OCTAL.match(text, start + 1):
            self.at = found.end()
            return int(found[0], 8)
        if following in "123456789":
            raise PatternError(
                f"invalid escape sequence `\\{following}`: Go has no back-references"
            )
        if following == "x":
            found = _HEXADECIMAL.match(text, start + 1)
            if not found or int(found[1] or found[2], 16) > 0x10FFFF:
                raise PatternError(
                    "invalid escape sequence `\\x`: two hexadecimal digits belong there, or some "
                    "in braces"
                )
            self.at = found.end()
            return int(found[1] or found[2], 16)
        self.at = start + 2
        if following in LETTER_ESCAPES:
            return LETTER_ESCAPES[following]
        if following.isascii() and not following.isalnum():
            return ord(following)
        raise PatternError(f"invalid escape sequence `\\{following}`")

    def _unicode(self) -> tuple[tuple[tuple[int, int], ...], CharsTest | None]:
        r"""The `\p` or `\P` at the current place, as ranges or a test; moves behind it."""
        text, start = self.text, self.at
        negated = text[start + 1] == "P"
        if text[start + 2 : start + 3] == "{":
            name, closed, _ = text[start + 3 :].partition("}")
            if not closed:
                raise PatternError(
                    f"invalid character class range `\\{text[start + 1]}{{`: no `}}`"
                )
            self.at = start + 4 + len(name)
        else:
            name = text[start + 2 : start + 3]
            if not name:
                raise PatternError(
                    f"invalid character class range `\\{text[start + 1]}`: the name is missing"
                )
            self.at = start + 3
        if name.startswith("^"):
            negated, name = not negated, name[1:]
        if _CATEGORY.fullmatch(name):
            return (), _category(name, negated)
        # Scripts, aliases of categories, and other spellings, which newer versions of Go take.
        if not re.fullmatch(r"[A-Za-z][A-Za-z_ -]+", name):
            raise PatternError(f"invalid character class range `{text[start : self.at]}`")
        return (), _unknown

    def _class(self) -> None:
        text, start = self.text, self.at
        self.at += 1
        negated = text[self.at : self.at + 1] == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        tests: list[CharsTest] = []
        first = True
        while first or text[self.at : self.at + 1] != "]":
            first = False
            if self.at >= len(text):
                raise PatternError(f"missing closing `]` of the `[` at character {start + 1}")
            if text.startswith("[:", self.at) and (end := self._end_of_name()) >= 0:
                name = text[self.at + 2 : end]
                if name.lstrip("^") not in POSIX or name.startswith("^^"):
                    raise PatternError(f"invalid character class range `[:{name}:]`")
                known = POSIX[name.lstrip("^")]
                ranges += complement(known) if name.startswith("^") else known
                self.at = end + 2
                continue
            following = text[self.at + 1 : self.at + 2] if text[self.at] == "\\" else ""
            if following in ("p", "P"):
                more, test = self._unicode()
                ranges += more
                tests += [test] if test else []
            elif following.lower() in PERL and following:
                known = PERL[following.lower()]
                ranges += complement(known) if following.isupper() else known
                self.at += 2
            else:
                ranges.append(self._range())
        self.at += 1
        self._add(
            Chars(
                tuple(ranges), tuple(tests), negated, "i" in self.flags, known=_unknown not in tests
            ),
            0,
        )

    def _end_of_name(self) -> int:
        """Where the next `:]` is, or -1."""
        if self.last_name is None:
            # Once: each `[:` of many would look through all the rest.
            self.last_name = self.text.rfind(":]")
        start = self.at + 2
        return self.text.find(":]", start) if start <= self.last_name else -1

    def _range(self) -> tuple[int, int]:
        start = self.at
        low = high = self._class_character()
        rest = self.text[self.at : self.at + 2]
        if len(rest) == 2 and rest[0] == "-" and rest[1] != "]":
            self.at += 1
            high = self._class_character()
            if high < low:
                raise PatternError(
                    f"invalid character class range `{self.text[start : self.at]}`: it is reversed"
                )
        return low, high

    def _class_character(self) -> int:
        if self.text[self.at] == "\\":
            return self._character()
        self.at += 1
        return ord(self.text[self.at - 1])


def _unknown(_: Collection[str]) -> bool:
    return False


@cache
def _category(name: str, negated: bool) -> CharsTest:
    wanted = ("Lu", "Ll", "Lt") if name == "LC" else (name,)

    def test(forms: Collection[str]) -> bool:
        return any(unicodedata.category(form).startswith(wanted) for form in forms) is not negated

    return test
