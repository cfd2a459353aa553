"""libyaml's events, with all its errors as one exception."""

from __future__ import annotations

import re
from typing import Iterator

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent, Event, ScalarEvent
from yaml.reader import ReaderError

# Kubernetes' parser and its JSON decoder both stop beyond this nesting.
MAX_DEPTH = 10_000
# For each token in brackets, libyaml looks at all open brackets. This many looks take a few
# seconds, and are more than brackets that are nested MAX_DEPTH deep once need.
MAX_LOOKS = 150_000_000

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Malformed(ValueError):
    """libyaml cannot parse the text. `problem` and `context` are its messages (context may be
    empty), `index` and `context_index` the places as 0-based character offsets into the text."""

    def __init__(
        self, problem: str, index: int, context: str = "", context_index: int | None = None
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index
        self.context = context
        self.context_index = context_index


class TooDeep(Malformed):
    """The text is nested more deeply than MAX_DEPTH, or deeply too often (MAX_LOOKS)."""


def malformed(text: str, error: Exception) -> Malformed:
    """An error that PyYAML raised while parsing `text`, as Malformed."""
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return Malformed(
            str(error.problem or "unknown problem"),
            min(mark.index if mark else 0, len(text)),
            str(error.context or ""),
            error.context_mark.index if error.context_mark else None,
        )
    if isinstance(error, ReaderError):
        prefix = text.encode("utf-8", "surrogatepass")[: max(error.position, 0)]
        return Malformed(error.reason, len(prefix.decode("utf-8", "ignore")))
    if isinstance(error, UnicodeEncodeError):
        return Malformed("lone surrogates are not allowed", error.start)
    return Malformed(str(error), 0)


def parser(text: str) -> CParser:
    """A libyaml parser for a text. Raises Malformed."""
    try:
        return CParser(text)
    except (YAMLError, UnicodeError) as error:
        raise malformed(text, error) from None


def events(text: str) -> Iterator[Event]:
    """The events of the text, including the start and end of the stream. Raises Malformed, and
    TooDeep beyond MAX_DEPTH (libyaml's time grows with the square of the nesting)."""
    get_event = parser(text).get_event
    depth = looks = 0
    while True:
        try:
            event = get_event()
        except (YAMLError, UnicodeError) as error:
            raise malformed(text, error) from None
        if event is None:
            return
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeep("nested too deep", event.start_mark.index)
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        looks += depth
        if looks > MAX_LOOKS:
            raise TooDeep("nested too deep too often", event.start_mark.index)
        yield event


def check_dialect(text: str) -> None:
    r"""Raises Malformed for what libyaml accepts and Kubernetes' parser does not: `\/` in double
    quotes, and `?` in a plain scalar inside brackets or braces."""
    in_flow = [False]
    for event in events(text):
        if isinstance(event, CollectionStartEvent):
            in_flow.append(bool(event.flow_style))
        elif isinstance(event, CollectionEndEvent):
            in_flow.pop()
        elif isinstance(event, ScalarEvent):
            start, end = event.start_mark.index, event.end_mark.index
            if event.style == '"':
                for escape in _ESCAPE.finditer(text, start, end):
                    if escape.group(1) == "/":
                        raise Malformed("found unknown escape character", escape.start())
            elif not event.style and in_flow[-1] and "?" in event.value:
                raise Malformed("found '?' in a flow scalar", text.index("?", start))
