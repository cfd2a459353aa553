"""libyaml's events of a text, with its errors in one form."""

from __future__ import annotations

import re
from typing import Iterator

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    ScalarEvent,
)
from yaml.reader import ReaderError

# Kubernetes' parser and its JSON decoder both stop beyond this nesting.
MAX_DEPTH = 10_000
# For each token in brackets, libyaml looks at all brackets that are open. So many looks are a few
# seconds, and more than brackets that nest MAX_DEPTH deep take once.
MAX_LOOKS = 150_000_000

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Malformed(ValueError):
    """libyaml cannot parse the text. `problem` and `context` are its words (context may be empty),
    `index` and `context_index` the places as 0-based character offsets into the text."""

    def __init__(
        self, problem: str, index: int, context: str = "", context_index: int | None = None
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index
        self.context = context
        self.context_index = context_index


class TooDeep(Malformed):
    """The text nests deeper than MAX_DEPTH, or too often as deep (MAX_LOOKS)."""


def malformed(text: str, error: Exception) -> Malformed:
    """An error that PyYAML raised while parsing `text`, in our form."""
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
    """libyaml's parser on a text. Raises Malformed."""
    try:
        return CParser(text)
    except (YAMLError, UnicodeError) as error:
        raise malformed(text, error) from None


def events(text: str) -> Iterator[Event]:
    """The events of the text, the stream's start and end included. Raises Malformed, and TooDeep
    beyond MAX_DEPTH (libyaml's time grows with the square of the nesting)."""
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
    r"""Raises Malformed where libyaml takes more than Kubernetes' parser: `\/` in double quotes,
    and `?` in a plain scalar inside brackets or braces."""
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
