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
        with pytest.raises(PatternError) as raised:
            parse(case["pattern"])
        assert str(raised.value).replace("`", "").startswith(phrase(case["error"]))
    else:
        parse(case["pattern"])
        # Some classes of characters are not known here.
        assert matches(case["pattern"], case["text"]) in (case["result"] == "matches", None)


def phrase(error: str) -> str:
    """What Go says is wrong, without the place that it quotes."""
    return error.removeprefix("error parsing regexp: ").partition(": `")[0]


def test_nearly_all_questions_are_answered() -> None:
    valid = [case for case in PATTERNS if case["result"] != "refused"]
    unknown = [case for case in valid if matches(case["pattern"], case["text"]) is None]
    assert len(valid) > 300 and len(unknown) < 30


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("^(?!x)", "invalid or unsupported Perl syntax `(?!`: Go has no lookahead"),
        ("(?<=x)", "invalid named capture `(?<=`: Go has no lookbehind"),
        (r"(a)\1", r"invalid escape sequence `\1`: Go has no back-references"),
        ("a{1001}", "invalid repeat count `{1001}`: at most 1000, the smaller one first"),
        ("(a{50}){50}", "invalid repeat count: nested counts come to more than 1000"),
        ("(", "missing closing `)`"),
        ("a[b", "missing closing `]` of the `[` at character 2"),
        ("a**", "invalid nested repetition operator: `*` follows another one"),
        ("|*", "missing argument to repetition operator `*`"),
        (r"\y", r"invalid escape sequence `\y`"),
        ("[z-a]", "invalid character class range `z-a`: it is reversed"),
        (r"[\p{Foo0}]", r"invalid character class range `\p{Foo0}`"),
    ],
)
def test_the_reason_is_told(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as raised:
        parse(pattern)
    assert str(raised.value) == reason


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a?){30}a{30}", "^(([a-z])+.)+[A-Z]$"])
def test_no_text_takes_long(pattern: str) -> None:
    before = time.process_time()
    matches(pattern, "a" * 60 + "!")
    assert time.process_time() - before < 1


def test_what_is_too_large_is_left_open() -> None:
    assert matches("(a{100}){10}", "b" * 4_000) is False
    assert matches("(a{100}){10}b", "a" * 4_000) is None
    assert matches("a", "b" * 5_000) is None
    assert matches("(a|" * 300 + ")" * 300, "") is None


@pytest.mark.parametrize(
    ("opening", "closing", "most"),
    [("(", ")", 999), ("(a", ")*", 333), ("(?:", ")*", 999), ("(a|", ")", 499)],
)
def test_what_nests_too_deeply_is_refused(opening: str, closing: str, most: int) -> None:
    parse(opening * most + closing * most)
    with pytest.raises(PatternError, match="expression nests too deeply"):
        parse(opening * (most + 1) + closing * (most + 1))


@pytest.mark.parametrize("flat", [("(?:", ")"), ("(?:a", "b)"), ("(?:a|", "|b)")])
def test_groups_that_capture_nothing_do_not_nest(flat: tuple[str, str]) -> None:
    parse(flat[0] * 3_000 + flat[1] * 3_000)
