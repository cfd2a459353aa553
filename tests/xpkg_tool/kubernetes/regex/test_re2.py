"""Regular expressions as Go reads them, against what Go says of them."""

from __future__ import annotations

import json
import time

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.kubernetes.regex.re2 import PatternError, parse
from xpkg_tool.kubernetes.regex.re2_match import matches

PATTERNS = [
    json.loads(line)
    for line in (VECTORS / "patterns.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


@pytest.mark.parametrize("case", PATTERNS, ids=range(len(PATTERNS)))
def test_go_says_so_too(case: dict[str, str]) -> None:
    if case["result"] == "refused":
        with pytest.raises(PatternError):
            parse(case["pattern"])
    else:
        parse(case["pattern"])
        # Some classes of characters are not known here.
        assert matches(case["pattern"], case["text"]) in (case["result"] == "matches", None)


def test_nearly_all_questions_are_answered() -> None:
    valid = [case for case in PATTERNS if case["result"] != "refused"]
    unknown = [case for case in valid if matches(case["pattern"], case["text"]) is None]
    assert len(valid) > 200 and len(unknown) < 15


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("^(?!x)", "lookahead"),
        ("(?<=x)", "lookbehind"),
        (r"(a)\1", "back-reference"),
        ("a{1001}", "at most 1000"),
        ("(", "not closed"),
        ("[a", "not closed"),
        ("a**", "a repetition already"),
        ("*", "nothing that"),
        (r"\y", "no escape"),
        ("[z-a]", "wrong way round"),
    ],
)
def test_the_reason_is_told(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        parse(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a?){30}a{30}", "^(([a-z])+.)+[A-Z]$"])
def test_no_text_takes_long(pattern: str) -> None:
    before = time.process_time()
    matches(pattern, "a" * 60 + "!")
    assert time.process_time() - before < 1


def test_what_is_too_large_is_left_open() -> None:
    assert matches("(a{100}){10}", "b" * 4_000) is False
    assert matches("(a{100}){10}b", "a" * 4_000) is None
    assert matches("a", "b" * 5_000) is None
    assert matches("(" * 500 + ")" * 500, "") is None
    with pytest.raises(PatternError, match="deeper"):
        parse("(" * 2_000 + ")" * 2_000)
