"""Which findings are shown: by code, by path, by comment; and what can never be silenced."""

from __future__ import annotations

from typing import Any, Mapping

import pytest

from tests.xpkg_tool.cases import CASES, request
from xpkg_tool.building.build import PackageRequest, build, read
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, Position
from xpkg_tool.documents.suppressions import Suppression, read_suppressions
from xpkg_tool.lint.selection import Selection, apply
from xpkg_tool.package.content import package_yaml

FREE, FATAL, WALKED = "XP010", "XP202", "XP013"


def finding(code: str, path: str = "p/a.yaml", line: int = 0) -> Finding:
    position = Position(line, 1, "x") if line else None
    return Finding(code, f"Wrong: {code}.", "Mend it.", path, position)


def shown(selection: Selection, *findings: Finding, **sources: str) -> list[str]:
    files = {f"p/{name}.yaml": text.encode() for name, text in sources.items()}
    return [f.code for f in apply(findings, selection, comments(files))]


def comments(files: Mapping[str, bytes]) -> list[Suppression]:
    return [comment for path, data in files.items() for comment in read_suppressions(path, data)]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), [FREE, WALKED, FATAL]),
        (Selection(select=("XP010",)), [FREE, FATAL]),
        (Selection(select=("XP2",)), [FATAL]),
        (Selection(ignore=("XP010",)), [WALKED, FATAL]),
        (Selection(ignore=("XP",)), [FATAL]),
        (Selection(ignore=("ALL",)), [FATAL]),
        (Selection(select=("ALL",), ignore=("XP01",)), [FATAL]),
        # The longer prefix decides; `ignore` wins a draw.
        (Selection(select=("XP010",), ignore=("XP0",)), [FREE, FATAL]),
        (Selection(select=("XP010",), ignore=("XP010",)), [FATAL]),
        (Selection(per_path_ignores=(("p/**", ("XP0",)),)), [FATAL]),
        (Selection(per_path_ignores=(("a.yaml", ("XP010",)),)), [WALKED, FATAL]),
        (Selection(per_path_ignores=(("p/*.yml", ("XP0",)),)), [FREE, WALKED, FATAL]),
    ],
)
def test_options(selection: Selection, expected: list[str]) -> None:
    found = [finding(FREE), finding(WALKED), finding(FATAL, line=3)]
    assert shown(selection, *found) == expected


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        (Selection(ignore=("XP202",)), "XP202 cannot be ignored"),
        (Selection(ignore=("XP201",)), "cannot be ignored"),
        (Selection(ignore=("XP999",)), "There is no rule XP999."),
        (Selection(select=("xp010",)), "There is no rule xp010."),
        (Selection(per_path_ignores=(("*", ("XP001",)),)), "XP001 cannot be ignored"),
        (Selection(per_path_ignores=(("[", ("XP010",)),)), "its `[` is not closed"),
    ],
)
def test_an_option_without_effect_is_a_warning(selection: Selection, text: str) -> None:
    (warning,) = apply((), selection, ())
    assert (warning.code, warning.severity, warning.path) == ("XP008", WARNING, "")
    assert text in warning.message


def test_a_comment_at_the_end_of_the_line() -> None:
    text = "a: 1\nb: 2  # xpkg: ignore[XP010] since it is old\nc: 3\n"
    assert shown(Selection(), finding(FREE, line=2), a=text) == []
    assert shown(Selection(), finding(FREE, line=3), a=text) == ["XP009", FREE]


def test_a_comment_on_the_line_above() -> None:
    text = "# xpkg: ignore[XP010, XP013]\n# why\na: 1\nb: 2\n"
    assert shown(Selection(), finding(FREE, line=3), finding(WALKED, line=3), a=text) == []
    assert shown(Selection(), finding(FREE, line=4), a=text) == ["XP009", "XP009", FREE]


def test_a_comment_for_the_file() -> None:
    text = "\n# a licence\n# xpkg: ignore-file[XP010]\n---\na: 1\n---\nb: 1\n"
    for line in (0, 5, 7):
        assert shown(Selection(), finding(FREE, line=line), a=text) == []
    assert shown(Selection(), finding(FREE, "p/b.yaml"), a=text) == ["XP009", FREE]


def test_a_comment_for_a_document() -> None:
    """So that it still holds in the stream of the package that is built."""
    text = "---\na: 1\n---\n# b\n# xpkg: ignore-file[XP010]\nb: 1\n---\nc: 1\n"
    assert shown(Selection(), finding(FREE, line=6), a=text) == []
    for line in (0, 2, 8):
        assert FREE in shown(Selection(), finding(FREE, line=line), a=text)


def test_comments_hold_in_the_package_that_was_built() -> None:
    meta = META.replace(b"Provider\n", b"Provider  # xpkg: ignore[XP010]\n")
    other = b"# xpkg: ignore-file[XP010]\n" + CRD
    request = PackageRequest("p", "p", {"p/a.yaml": meta, "p/crds/b.yaml": other}, {})
    content, _ = read(request)
    stream = bytes(package_yaml(content))
    found = [finding(FREE, "package.yaml", 1 + line) for line in (2, 8)]
    assert stream.split(b"\n")[2] == b"kind: Provider  # xpkg: ignore[XP010]"
    assert apply(found, Selection(), comments({"package.yaml": stream})) == ()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# xpkg: ignore[XP202]", "XP202 cannot be ignored"),
        ("# xpkg: ignore-file[XP202]", "XP202 cannot be ignored"),
        ("# xpkg: ignore[XP999]", "There is no rule XP999."),
        ("# xpkg: ignore", "names no rule"),
        ("# xpkg: ignore[]", "names no rule"),
        ("# xpkg: ignroe[XP010]", "`xpkg: ignroe` is not a suppression."),
    ],
)
def test_a_comment_without_effect_is_a_warning(comment: str, message: str) -> None:
    source = f"{comment}\na: 1\n"
    found = comments({"p/a.yaml": source.encode()})
    warning, error = apply([finding(FATAL, line=2)], Selection(), found)
    assert (warning.code, warning.severity) == ("XP008", WARNING)
    assert message in warning.message
    assert warning.position == Position(1, 1, comment, len(comment))
    assert error.code == FATAL


def test_a_misplaced_comment_for_the_file() -> None:
    text = "a: 1\n# xpkg: ignore-file[XP010]\n"
    assert shown(Selection(), finding(FREE), a=text) == [FREE, "XP008"]


def test_an_unused_comment_is_silent_where_the_rule_had_no_turn() -> None:
    text = "a: 1 # xpkg: ignore[XP010]\n"
    assert shown(Selection(), a=text) == ["XP009"]
    assert shown(Selection(ignore=("XP010",)), a=text) == []
    assert shown(Selection(ignore=("XP009",)), a=text) == []
    assert shown(Selection(), finding("XP002", line=1), a=text) == ["XP002"]
    ignored = "# xpkg: ignore-file[XP009]\n" + text
    assert shown(Selection(), a=ignored) == []


def test_a_warning_of_a_fatal_rule_can_be_ignored() -> None:
    """XP005 in an example, which nobody installs."""
    warning = finding("XP005", line=2)._replace(severity=WARNING)
    error = finding("XP005", line=2)
    for selection in (
        Selection(ignore=("XP005",)),
        Selection(select=("XP9",)),
        Selection(per_path_ignores=(("a.yaml", ("XP005",)),)),
    ):
        assert apply([warning], selection, ()) == ()
        assert apply([error], selection, ()) == (error,)
    for text in ("a: 1\nb: 2 # xpkg: ignore[XP005]\n", "# xpkg: ignore-file[XP005]\nb: 2\n"):
        found = comments({"p/a.yaml": text.encode()})
        assert apply([warning], Selection(), found) == ()
        refused = [f for f in apply([error], Selection(), found) if f != error]
        assert [f.code for f in refused] == ["XP008"]
        assert "XP005 cannot be ignored here" in refused[0].message
        assert [f.code for f in apply([], Selection(), found)] == ["XP009"]


def test_an_error_of_a_fatal_rule_stays_whatever_is_written() -> None:
    everything = Selection((), ("ALL",), (("**", ("XP202",)),))
    text = "# xpkg: ignore-file[XP202]\na: 1 # xpkg: ignore[XP202]\n"
    for code in ("XP000", FATAL, "XP998"):
        assert code in shown(everything, finding(code, line=2), a=text)


def test_texts_that_look_like_comments_are_none() -> None:
    text = (
        "a: |\n  # xpkg: ignore[XP010]\n"
        'b: "x # xpkg: ignore[XP010]"\n'
        "c: x#xpkg: ignore[XP010]\n"
        "---  # xpkg: ignore[XP010]\n"
        "d: 1 # and # xpkg: ignore[XP013]\n"
    )
    found = read_suppressions("a.yaml", text.encode())
    places = [(s.position.line, s.position.column, s.first, s.last) for s in found]
    assert places == [(5, 6, 5, 5), (6, 12, 6, 6)]


def test_comments_are_found_whatever_the_line_ends_and_in_broken_files() -> None:
    text = b"\xef\xbb\xbfa: 1\r\nb: 2 # xpkg: ignore[XP010]\r\n---\r\nc: [\r\n"
    (found,) = read_suppressions("a.yaml", text)
    assert (found.first, found.last, found.position.column) == (2, 2, 6)
    assert read_suppressions("a.yaml", b"# xpkg: ignore[XP010]\n\xff\n") == ()


CRD = b"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
"""
JSON = b'{"apiVersion": "v1", "kind": "Secret"}'
META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: provider-a}\n"


def test_an_ignored_error_stops_no_build() -> None:
    request = PackageRequest("p", "p", {"p/a.yaml": META, "p/b.json": JSON}, {})
    assert build(request).package is None
    ignoring = request._replace(selection=Selection(ignore=("XP010",)))
    result = build(ignoring)
    assert result.findings == () and result.package is not None
    with_type = ignoring._replace(package_type="Function")
    assert [f.severity for f in build(with_type).findings] == [ERROR]
    quiet = META.replace(b"Provider\n", b"Provider  # xpkg: ignore[XP104]\n")
    assert build(with_type._replace(sources={"p/a.yaml": quiet})).package is not None


# One is kept on purpose (docs/lint-rules.md, XP004); of the other the vectors have no text.
BUILT_ALL_THE_SAME = {"separator-inline-content", "deep-flow-100000"}


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if not c["build"]["ok"] and c["case"] not in BUILT_ALL_THE_SAME],
    ids=lambda c: str(c["case"]),
)
def test_what_the_real_cli_refuses_no_option_gets_through(case: dict[str, Any]) -> None:
    quiet = request(case)._replace(selection=Selection(select=("XP009",), ignore=("ALL",)))
    assert build(quiet).package is None
