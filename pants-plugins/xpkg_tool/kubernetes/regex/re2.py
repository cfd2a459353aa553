"""Regular expressions as Go's regexp package reads them (RE2 syntax, regexp/syntax/parse.go).

Kubernetes compiles every `pattern` of a schema with it: what it refuses makes the schema invalid.
Look-around and back-references are what people coming from other dialects miss.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Callable

from xpkg_tool.kubernetes.regex.re2_tree import (
    ANY,
    LETTER_ESCAPES,
    PERL,
    POSIX,
    Assertion,
    Chars,
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
    """Go would refuse the expression. The text says why, as part of a sentence."""


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
    choices: list[Node] = field(default_factory=list)
    items: list[tuple[Node, int]] = field(default_factory=list)
    # The greatest product of nested counts in it.
    weight: int = 1

    def close(self) -> tuple[Node, int]:
        self.end_choice()
        return (self.choices[0] if len(self.choices) == 1 else Choice(tuple(self.choices))), (
            self.weight
        )

    def end_choice(self) -> None:
        self.choices.append(Sequence(tuple(item for item, _ in self.items)))
        self.weight = max([self.weight, *(weight for _, weight in self.items)])
        self.items = []


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
            raise PatternError("a `(` is not closed")
        return self.groups[0].close()[0]

    def _add(self, node: Node, width: int, weight: int = 1) -> None:
        self.groups[-1].items.append((node, weight))
        self.at += width

    def _one(self, code: int) -> Chars:
        return Chars(((code, code),), fold="i" in self.flags)

    def _open(self) -> None:
        text, start = self.text, self.at
        if len(self.groups) > MAX_HEIGHT:
            raise PatternError(f"groups nest deeper than {MAX_HEIGHT}")
        if not text.startswith("(?", start):
            self.groups.append(_Group(self.flags))
            self.at += 1
            return
        # The longest that is looked at is a name.
        rest = text[start : start + _LONGEST_NAME]
        if (rest.startswith("(?P<") and len(rest) > 4) or (
            rest.startswith("(?<") and not rest.startswith(("(?<=", "(?<!"))
        ):
            name, found, _ = rest[rest.index("<") + 1 :].partition(">")
            if not found or not re.fullmatch(r"[A-Za-z0-9_]+", name):
                raise PatternError("the name of a group is not made of letters, digits and `_`")
            self.groups.append(_Group(self.flags))
            self.at += rest.index(">") + 1
            return
        if around := _LOOK_AROUND.match(rest):
            way = "lookbehind" if "<" in around[0] else "lookahead"
            raise PatternError(f"`{around[0]}` is {way}, which Go does not have")
        self._flag_group(rest)

    def _flag_group(self, rest: str) -> None:
        set_on = _FLAGS.match(rest)
        if not set_on:
            shown = rest[: min(len(rest), 4)]
            raise PatternError(f"`{shown}` begins no group that Go knows")
        flags = (self.flags | set(set_on[1])) - set((set_on[2] or "-")[1:])
        if set_on[3] == ":":
            self.groups.append(_Group(self.flags))
        self.flags = frozenset(flags)
        self.at += set_on.end()

    def _close(self) -> None:
        if len(self.groups) == 1:
            raise PatternError("a `)` closes nothing")
        group = self.groups.pop()
        self.flags = group.flags
        node, weight = group.close()
        self._add(node, 1, weight)

    def _count(self, count: re.Match[str], was_repeat: bool) -> None:
        least = int(count[1])
        most = least if count[2] is None else int(count[3]) if count[3] else None
        if least > MAX_REPEAT or (most is not None and (most > MAX_REPEAT or least > most)):
            raise PatternError(
                f"`{count[0]}` is no count that Go takes: at most {MAX_REPEAT}, the smaller first"
            )
        self._repeat(len(count[0]), least, most, was_repeat, counted=True)

    def _repeat(
        self, width: int, least: int, most: int | None, was_repeat: bool, *, counted: bool = False
    ) -> None:
        text = self.text
        end = self.at + width
        if was_repeat:
            raise PatternError(f"`{text[self.at : end]}` repeats what is a repetition already")
        items = self.groups[-1].items
        if not items:
            raise PatternError(f"there is nothing that `{text[self.at : end]}` could repeat")
        if text[end : end + 1] == "?":
            width += 1
        item, weight = items.pop()
        if counted and most != 0:
            weight *= max(1, least if most is None else most)
            if weight > MAX_REPEAT and (least >= 2 or (most or 0) >= 2):
                raise PatternError(f"nested counts come to more than {MAX_REPEAT} repetitions")
        self._add(Repeat(item, least, most), width, weight)

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
            raise PatternError("it ends in a single backslash")
        if found := _OCTAL.match(text, start + 1):
            self.at = found.end()
            return int(found[0], 8)
        if following in "123456789":
            raise PatternError(f"`\\{following}` is a back-reference, which Go does not have")
        if following == "x":
            found = _HEXADECIMAL.match(text, start + 1)
            if not found or int(found[1] or found[2], 16) > 0x10FFFF:
                raise PatternError("after `\\x` Go wants two hexadecimal digits, or some in braces")
            self.at = found.end()
            return int(found[1] or found[2], 16)
        self.at = start + 2
        if following in LETTER_ESCAPES:
            return LETTER_ESCAPES[following]
        if following.isascii() and not following.isalnum():
            return ord(following)
        raise PatternError(f"`\\{following}` is no escape that Go knows")

    def _unicode(self) -> tuple[tuple[tuple[int, int], ...], Callable[[str], bool] | None]:
        r"""The `\p` or `\P` at the current place, as ranges or a test; moves behind it."""
        text, start = self.text, self.at
        negated = text[start + 1] == "P"
        if text[start + 2 : start + 3] == "{":
            name, closed, _ = text[start + 3 :].partition("}")
            if not closed:
                raise PatternError("the brace behind `\\p` is not closed")
            self.at = start + 4 + len(name)
        else:
            name = text[start + 2 : start + 3]
            if not name:
                raise PatternError("`\\p` names no class of characters")
            self.at = start + 3
        if name.startswith("^"):
            negated, name = not negated, name[1:]
        if _CATEGORY.fullmatch(name):
            return (), _category(name, negated)
        # Scripts, aliases of categories, and other spellings, which newer versions of Go take.
        if not re.fullmatch(r"[A-Za-z][A-Za-z_ -]+", name):
            raise PatternError(f"`{name}` is no class of characters")
        return (), _unknown

    def _class(self) -> None:
        text, start = self.text, self.at
        self.at += 1
        negated = text[self.at : self.at + 1] == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        tests: list[Callable[[str], bool]] = []
        first = True
        while first or text[self.at : self.at + 1] != "]":
            first = False
            if self.at >= len(text):
                raise PatternError(f"the `[` at character {start + 1} is not closed")
            if text.startswith("[:", self.at) and (end := self._end_of_name()) >= 0:
                name = text[self.at + 2 : end]
                if name.lstrip("^") not in POSIX or name.startswith("^^"):
                    raise PatternError(f"`[:{name}:]` is no class of characters")
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
                tuple(ranges),
                tuple(tests),
                negated,
                "i" in self.flags,
                known=_unknown not in tests,
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
                    f"the range `{self.text[start : self.at]}` is the wrong way round"
                )
        return low, high

    def _class_character(self) -> int:
        if self.text[self.at] == "\\":
            return self._character()
        self.at += 1
        return ord(self.text[self.at - 1])


def _unknown(_: str) -> bool:
    return False


@cache
def _category(name: str, negated: bool) -> Callable[[str], bool]:
    wanted = ("Lu", "Ll", "Lt") if name == "LC" else (name,)

    def test(character: str) -> bool:
        return unicodedata.category(character).startswith(wanted) is not negated

    return test
