"""The syntax of CEL expressions, without their types.

Source: the CEL language definition (cel-spec doc/langdef.md) and cel-go's grammar with its optional
syntax (parser/gen/CEL.g4).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_ESCAPE = r"\\(?:[abfnrtv\\?\"'`]|[xX][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-3][0-7]{2})"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\r\n\f]+|//[^\n]*)
  | (?P<long>[bB]?[rR](?:'''(?s:.*?)'''|\"\"\"(?s:.*?)\"\"\")
      |[bB]?(?:'''(?:[^\\]|{_ESCAPE})*?'''|\"\"\"(?:[^\\]|{_ESCAPE})*?\"\"\"))
  | (?P<text>[bB]?[rR](?:'[^'\r\n]*'|"[^"\r\n]*")
      |[bB]?(?:'(?:[^'\\\r\n]|{_ESCAPE})*'|"(?:[^"\\\r\n]|{_ESCAPE})*"))
  | (?P<number>0x[0-9A-Fa-f]+[uU]?
      |[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+
      |\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[uU]?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<quoted>`[A-Za-z0-9_.\-/ ]+`)
  | (?P<operator>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{{}}])
    """,
    re.VERBOSE,
)
_BINARY = frozenset({"==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%", "in"})
_LITERALS = frozenset({"true", "false", "null"})
_KEYWORDS = _LITERALS | {"in"}
_VALUES = ("text", "long", "number")
_END = ("end", "", -1)

# More deeply nested expressions are left to Kubernetes.
_DEEPEST = 120

_Token = tuple[str, str, int]


class SyntaxProblem(NamedTuple):
    """A syntax error, as part of a sentence, and at which character (from 0)."""

    reason: str
    offset: int


class _Wrong(Exception):
    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class _TooDeep(Exception):
    pass


@lru_cache(maxsize=4096)
def syntax_problem(expression: str) -> SyntaxProblem | None:
    """The first syntax error in the expression; None if there is none."""
    try:
        found = tokens(expression)
        if not _is_right(tuple(map(_shape_of, found))):
            _Parser(found, len(expression)).run()
    except _Wrong as wrong:
        return SyntaxProblem(wrong.reason, wrong.offset)
    except _TooDeep:
        pass
    return None


def _shape_of(token: _Token) -> tuple[str, str]:
    """What of a token decides whether an expression is right: not which name or value it is."""
    kind, text, _ = token
    return kind, text if kind == "operator" or text in _KEYWORDS else ""


@lru_cache(maxsize=4096)
def _is_right(shape: tuple[tuple[str, str], ...]) -> bool:
    """Whether expressions of this shape have no syntax error. The rules of a generated definition
    have a few shapes, and differ in the names of fields."""
    try:
        _Parser(tuple((kind, text, 0) for kind, text in shape), 0).run()
    except (_Wrong, _TooDeep):
        return False
    return True


@lru_cache(maxsize=4096)
def tokens(expression: str) -> tuple[tuple[str, str, int], ...]:
    """The kind, the text and the place of each token. The expression must be valid
    (`syntax_problem`)."""
    found_tokens: list[_Token] = []
    place = 0
    while place < len(expression):
        found = _TOKEN.match(expression, place)
        if found is None:
            raise _Wrong(_unreadable(expression, place), place)
        kind = found.lastgroup or ""
        if kind != "space":
            found_tokens.append((kind, found[0], place))
        place = found.end()
    return tuple(found_tokens)


def _unreadable(expression: str, place: int) -> str:
    character = expression[place]
    if character in "'\"":
        return (
            "a string is not closed, or has an unknown escape sequence (double the backslash, or "
            "write r'...')"
        )
    if character in "=&|":
        return f"`{character}` must be written twice"
    return f"`{character}` is not allowed at character {place + 1}"


class _Parser:
    """Parses an expression as a chain of operators: precedence does not affect validity."""

    def __init__(self, tokens: tuple[_Token, ...], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.at = 0
        self.depth = 0

    def run(self) -> None:
        self._expression()
        if self.at < len(self.tokens):
            raise self._wrong("an operator is missing before")

    def _peek(self, ahead: int = 0) -> _Token:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else _END

    def _is(self, text: str) -> bool:
        """Whether the next token is this operator; if so, consumes it."""
        kind, found, _ = self._peek()
        if kind == "operator" and found == text:
            self.at += 1
            return True
        return False

    def _wrong(self, reason: str) -> _Wrong:
        kind, text, offset = self._peek()
        if kind == "end":
            return _Wrong("it ends too early", self.length)
        shown = text if len(text) <= 20 else f"{text[:20]}..."
        return _Wrong(f"{reason} `{shown}` at character {offset + 1}", offset)

    def _want(self, text: str) -> None:
        if not self._is(text):
            raise self._wrong(f"a `{text}` is missing before")

    def _expression(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _TooDeep
        while True:
            self._chain()
            if not self._is("?"):
                break
            self._chain()
            self._want(":")
        self.depth -= 1

    def _chain(self) -> None:
        self._unary()
        while self._peek()[1] in _BINARY and self._peek()[0] in ("operator", "name"):
            self.at += 1
            self._unary()

    def _unary(self) -> None:
        for sign in ("!", "-"):
            if self._is(sign):
                while self._is(sign):
                    pass
                break
        self._primary()
        while True:
            if self._is("."):
                optional = self._is("?")
                kind, text, _ = self._peek()
                if kind not in ("name", "quoted") or text in _LITERALS or text == "in":
                    raise self._wrong("behind a dot belongs a name, not")
                self.at += 1
                if kind == "name" and not optional and self._is("("):
                    self._list(")")
            elif self._is("["):
                self._is("?")
                self._expression()
                self._want("]")
            else:
                return

    def _primary(self) -> None:
        kind, text, _ = self._peek()
        if kind in _VALUES or (kind == "name" and text in _LITERALS):
            self.at += 1
        elif self._is("("):
            self._expression()
            self._want(")")
        elif self._is("["):
            self._list("]", optional=True, comma=True)
        elif self._is("{"):
            self._list("}", optional=True, comma=True, pairs=True)
        elif (kind == "name" and text != "in") or (
            text == "." and self._peek(1)[0] == "name" and self._peek(1)[1] not in _KEYWORDS
        ):
            self._name()
        else:
            raise self._wrong("a value is missing before")

    def _name(self) -> None:
        self._is(".")
        self.at += 1
        if self._is("("):
            self._list(")")
            return
        # A message: a dotted name, then fields in braces.
        ahead = 0
        while self._peek(ahead)[1] == "." and self._peek(ahead + 1)[0] == "name":
            ahead += 2
        if self._peek(ahead)[:2] == ("operator", "{"):
            self.at += ahead + 1
            self._list("}", optional=True, comma=True, pairs=True, fields=True)

    def _list(
        self,
        end: str,
        *,
        optional: bool = False,
        comma: bool = False,
        pairs: bool = False,
        fields: bool = False,
    ) -> None:
        """The items in brackets, up to `end`. `comma`: a trailing one is allowed; `optional`: items
        may begin with `?`; `pairs`: each is a key and a value; `fields`: the keys are names."""
        if comma and self._is(","):
            self._want(end)
            return
        if self._is(end):
            return
        while True:
            if optional:
                self._is("?")
            if not fields:
                self._expression()
            elif self._peek()[0] in ("name", "quoted"):
                self.at += 1
            else:
                raise self._wrong("a field is missing before")
            if pairs:
                self._want(":")
                self._expression()
            if not self._is(","):
                break
            if comma and self._is(end):
                return
        self._want(end)
