"""Values from libyaml's events: the reference for the fast parser, and the source of all findings.

The events become values directly, without a tree of nodes and with our own stack: that is faster
than PyYAML's loader, and no input exhausts the stack of C or Python. `scalars` defines the meaning
of scalars; mappings, anchors and merge keys follow go-yaml v2's decode.go. Two things that go-yaml
accepts are errors here: a key that appears twice in one mapping (the last one would silently win),
and what is a second document in YAML (it would be silently dropped).
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Callable, NoReturn

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from xpkg_tool.diagnostics.finding import WARNING, Finding, in_order
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.anchors import AnchorError, Anchors, height
from xpkg_tool.documents.document_error import DocumentError
from xpkg_tool.documents.errors import TEMPLATE_REMEDY, broken
from xpkg_tool.documents.events import (
    MAX_DEPTH,
    MAX_LOOKS,
    Malformed,
    check_dialect,
    malformed,
    parser,
)
from xpkg_tool.documents.limits import LIMIT, MAX_NODES, nodes_problem
from xpkg_tool.documents.positions import at, is_merge, repeated_keys, scalar
from xpkg_tool.documents.scalars import ScalarError, plain_key, plain_value, to_json, to_key
from xpkg_tool.documents.stream import SEPARATOR, AnyDocument

# The build keeps the last one, but which of the two is meant nobody can know.
DUPLICATE_KEY = Rule(
    "XP005", "duplicate-key", "A mapping has the same key twice.", fatal=True, also=WARNING
)
UNREADABLE_VALUE = Rule(
    "XP006", "unreadable-value", "Kubernetes cannot read a key or a value.", fatal=True
)

# A document with more errors (which may not be YAML at all) is not read further.
MAX_FINDINGS = 100

# Values for an open key that no key can have, because UTF-8 has no lone surrogates: no key is open;
# the open key is `<<`; the open key cannot be read (its value is checked and then dropped).
_NONE, _MERGE, _UNREADABLE = "\ud800none", "\ud800merge", "\ud800unreadable"


def load_exactly(document: AnyDocument) -> Any:
    """Like loader.load, but always from libyaml's events."""
    reading = _Reading(document)
    value = reading.run()
    readable = not reading.findings or reading.second_document
    # Finding the places takes another pass over the document.
    if reading.repeated and not reading.too_large:
        reading.findings += [
            DUPLICATE_KEY.finding(
                f"The key `{key}` appears twice in this mapping, first in line {first.line}, "
                f"column {first.column}; Kubernetes would silently keep the last one.",
                "Remove one of the two; if both are lists or mappings, merge them under one key.",
                document.path,
                second,
            )
            for key, first, second in islice(repeated_keys(document), MAX_FINDINGS)
        ]
    if reading.findings:
        raise DocumentError(in_order(reading.findings), value, readable=readable)
    return value


class _Stop(Exception):
    """The rest of the document need not be read; a finding says why."""


class _SecondDocument(_Stop):
    """A second document begins, which Kubernetes does not read; `value` is that of the first."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Reading:
    """One pass over a document. After `run`, `findings` and `repeated` (a key appears twice) say
    what is wrong."""

    def __init__(self, document: AnyDocument) -> None:
        self.document = document
        self.findings: list[Finding] = []
        self.repeated = False
        self.too_large = False
        # In YAML there is a second document, and nothing else is wrong so far.
        self.second_document = False
        # A scalar inside brackets contains `?`: rare, and refused by Kubernetes if it is plain.
        self._question = False
        self._anchors = Anchors()
        # go-yaml's count of decoded nodes: aliased ones count each time.
        self._decoded = 0
        # The looks of events.MAX_LOOKS.
        self._looks = 0
        # How many nodes merge keys have copied.
        self._merged = 0
        # By id, for open mappings with a merge key: the mapping's own keys.
        self._own_keys: dict[int, set[str]] = {}

    def run(self) -> Any:
        try:
            value = self._values(parser(self.document.text).get_event)
            if self._question or "\\/" in self.document.text:
                check_dialect(self.document.text)
            return value
        except (YAMLError, UnicodeError) as error:
            self._broken(malformed(self.document.text, error))
        except Malformed as error:
            self._broken(error)
        except _SecondDocument as second:
            return second.value
        except _Stop:
            pass
        return None

    def _values(self, get_event: Callable[[], Any]) -> Any:
        anchors, own_keys = self._anchors, self._own_keys
        root: list[Any] = []
        # The open collection, whether it is a mapping and in brackets, and its open key. Outer
        # collections are on the stack, each with its key that is open when the inner one ends.
        current: Any = root
        in_mapping, in_flow, key = False, False, _NONE
        stack: list[tuple[Any, bool, bool, str]] = []
        # The branches are ordered by how often they are taken; attributes are read only once.
        while True:
            event: Any = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                self._decoded += 1
                value: Any = event.value
                if self._decoded > MAX_NODES:
                    self._too_many_nodes()
                if in_flow:
                    self._looks += len(stack)
                    if self._looks > MAX_LOOKS:
                        self._too_deep(event)
                    if "?" in value:
                        self._question = True
                if in_mapping and key is _NONE:
                    key = self._key(event, value)
                    if key in current or own_keys:
                        self._note_key(current, key)
                else:
                    value = self._value(event, value)
                    if not in_mapping:
                        current.append(value)
                    elif key is _MERGE:
                        self._merge(current, value, event)
                        key = _NONE
                    else:
                        current[key] = value
                        key = _NONE
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = current
                if anchors.open:
                    anchors.end(value, self._decoded)
                if own_keys:
                    own_keys.pop(id(value), None)
                current, in_mapping, in_flow, key = stack.pop()
                if key is _MERGE:
                    self._merge(current, value, event)
                    key = _NONE
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                value = {} if kind is MappingStartEvent else []
                if event.anchor is not None:
                    anchors.begin(event.anchor, value, self._decoded)
                self._decoded += 1
                if self._decoded > MAX_NODES:
                    self._too_many_nodes()
                if not in_mapping:
                    current.append(value)
                elif key is _NONE:
                    self._collection_as_key(event)
                    key = _UNREADABLE
                elif key is not _MERGE:
                    current[key] = value
                    key = _NONE
                stack.append((current, in_mapping, in_flow, key))
                self._looks += len(stack)
                if len(stack) > MAX_DEPTH or self._looks > MAX_LOOKS:
                    self._too_deep(event)
                current, in_mapping, key = value, kind is MappingStartEvent, _NONE
                in_flow = event.flow_style
            elif kind is AliasEvent:
                value = self._alias(event)
                if in_mapping and key is _NONE:
                    key = self._alias_as_key(event, value)
                    self._note_key(current, key)
                else:
                    value = self._json(event, value)
                    if not in_mapping:
                        current.append(value)
                    elif key is _MERGE:
                        self._merge(current, value, event)
                        key = _NONE
                    else:
                        current[key] = value
                        key = _NONE
            elif kind is DocumentStartEvent:
                if root:
                    self._second_document(event, root[0])
            elif kind is StreamEndEvent:
                break
        if self._decoded + self._merged > MAX_NODES:
            self._too_many_nodes()
        if anchors.aliased:
            self._check_aliases(event, root)
        return root[0] if root else None

    def _key(self, event: ScalarEvent, text: str) -> str:
        try:
            if event.tag is None and event.anchor is None and text != "<<":
                return plain_key(text) if event.implicit[0] else text
            if is_merge(event):
                self._decoded -= 1
                return _MERGE
            value = scalar(event)
            if event.anchor is not None:
                self._anchors.scalar(event.anchor, value)
            return to_key(value)
        except ScalarError as error:
            self._unreadable(event, error)
            return _UNREADABLE

    def _value(self, event: ScalarEvent, text: str) -> Any:
        try:
            if event.tag is None and event.anchor is None:
                return plain_value(text) if event.implicit[0] else text
            value = scalar(event)
            if event.anchor is not None:
                self._anchors.scalar(event.anchor, value)
            return to_json(value)
        except ScalarError as error:
            self._unreadable(event, error)
            return None

    def _note_key(self, mapping: dict[str, Any], key: str) -> None:
        """Notes `key`, and whether the mapping already has it."""
        own = self._own_keys.get(id(mapping))
        if key is _MERGE:
            if own is None:
                self._own_keys[id(mapping)] = set(mapping)
        elif own is None:
            self.repeated = self.repeated or key in mapping
        else:
            self.repeated = self.repeated or key in own
            own.add(key)

    def _merge(self, mapping: dict[str, Any], value: Any, event: Event) -> None:
        """Merges as go-yaml does, at the place of the `<<`: overriding keys before it, overridden
        by keys after it. In a list, the first mapping takes precedence."""
        sources = value if isinstance(value, list) and type(event) is not AliasEvent else [value]
        if all(isinstance(source, dict) for source in sources):
            for source in reversed(sources):
                self._merged += 2 * len(source)
                if self._merged > MAX_NODES:
                    self._too_many_nodes()
                mapping.update(source)
        else:
            self._find(
                UNREADABLE_VALUE,
                event,
                "The value of the merge key `<<` must be a mapping or a list of mappings.",
                'Use an alias of a mapping, or quote the key ("<<") if it is meant literally.',
            )

    def _alias(self, event: AliasEvent) -> Any:
        try:
            value, self._decoded = self._anchors.follow(event.anchor, self._decoded)
        except AnchorError as error:
            self._find(error.rule, event, error.message, error.remedy)
            if error.rule is LIMIT:
                raise _Stop from None
            return None
        return value

    def _alias_as_key(self, event: AliasEvent, value: Any) -> str:
        if isinstance(value, (dict, list)):
            self._collection_as_key(event)
            return _UNREADABLE
        try:
            return to_key(value)
        except ScalarError as error:
            self._unreadable(event, error)
            return _UNREADABLE

    def _json(self, event: Event, value: Any) -> Any:
        try:
            return to_json(value)
        except ScalarError as error:
            self._unreadable(event, error)
            return None

    def _check_aliases(self, event: Event, root: list[Any]) -> None:
        try:
            self._anchors.check(self._decoded, at_end=True)
        except AnchorError as error:
            self._find(error.rule, event, error.message, error.remedy)
            raise _Stop from None
        if height(root) > MAX_DEPTH + 1:
            self._too_deep(event)

    def _collection_as_key(self, event: Event) -> None:
        place = at(self.document, event.start_mark.index)
        message, remedy = (
            "A mapping key is a list or mapping, which Kubernetes cannot read.",
            "Write a string as the key; quote it if it begins with `[` or `{`.",
        )
        if "{{" in place.source:
            message = f"The line looks like a template. {message}"
            remedy = TEMPLATE_REMEDY
        self._add(UNREADABLE_VALUE.finding(message, remedy, self.document.path, place))

    def _unreadable(self, event: Event, error: ScalarError) -> None:
        self._find(UNREADABLE_VALUE, event, error.message, error.remedy)

    def _broken(self, error: Malformed) -> None:
        finding = broken(self.document, error)
        # An unrendered template is one mistake, even if it is both unreadable and malformed.
        if finding.remedy != TEMPLATE_REMEDY or all(
            known.remedy != TEMPLATE_REMEDY for known in self.findings
        ):
            self.findings.append(finding)

    def _too_deep(self, event: Event) -> NoReturn:
        self._find(
            LIMIT,
            event,
            f"The document is nested more than {MAX_DEPTH:,} levels deep, which Kubernetes refuses."
            if self._looks <= MAX_LOOKS
            else "The document has too many values that are nested thousands of levels deep.",
            "Reduce the nesting; check for repeated unclosed brackets.",
        )
        raise _Stop

    def _too_many_nodes(self) -> NoReturn:
        self.too_large = True
        self._add(nodes_problem(self.document))
        raise _Stop

    def _second_document(self, event: Event, first: Any) -> NoReturn:
        self.second_document = not self.findings
        self._find(
            SEPARATOR,
            event,
            "In YAML a second document begins here, but not for Kubernetes, which would drop it: "
            "a character such as U+2028 before it ends a line only in YAML.",
            "Replace the character with an ordinary line break.",
        )
        raise _SecondDocument(first)

    def _find(self, rule: Rule, event: Event, message: str, remedy: str) -> None:
        place = at(self.document, event.start_mark.index, event.end_mark.index)
        self._add(rule.finding(message, remedy, self.document.path, place))

    def _add(self, finding: Finding) -> None:
        self.findings.append(finding)
        if len(self.findings) >= MAX_FINDINGS:
            raise _Stop
