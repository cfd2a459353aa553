"""Findings in each of the formats."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from xpkg_tool.diagnostics.catalogue import RULES
from xpkg_tool.diagnostics.finding import WARNING, Finding, Position
from xpkg_tool.diagnostics.formats import FORMATS, write_findings
from xpkg_tool.diagnostics.formats.colour import wants_colour
from xpkg_tool.diagnostics.page import entry, plain

SCHEMA = json.loads((Path(__file__).parents[3] / "vectors/sarif-2.1.0-rtm.5.json").read_bytes())

FINDINGS = (
    Finding("XP101", "The package has no meta object.", "Add one."),
    Finding(
        "XP202",
        "No package can hold 100% of: this,\nthat.",
        "Leave it out.",
        "p q/ä,b:c.yaml",
        Position(2, 7, "kind: \x1bÄpfel", 6),
        "Deployment controller",
    ),
    Finding("XP010", "Not YAML.", "Rename it.", "/abs/x.md", severity=WARNING),
    Finding("XP998", "Of a rule that has no row.", "Wait.", "bad-\udcff\n.yaml"),
)


def test_text() -> None:
    text = write_findings(FINDINGS, "text")
    assert "p q/ä,b:c.yaml:2:7: error XP202: No package" in text
    assert "  2 | kind: \\x1bÄpfel\n" in text
    assert text.endswith("\n\n3 errors and 1 warning in 3 files.\n")
    assert write_findings((), "text") == "No findings.\n"
    assert write_findings(FINDINGS[:1], "text").endswith("\n\n1 error.\n")


URL = "https://git.example.org/docs/lint-rules.md"


def test_the_first_finding_of_a_rule_says_where_the_rule_is_explained() -> None:
    text = write_findings((*FINDINGS, FINDINGS[0], FINDINGS[1]), "text")
    assert [line for line in text.splitlines() if "docs: " in line] == [
        f"  docs: xpkg rule {code} (docs/lint-rules.md#{code.lower()})"
        for code in ("XP101", "XP202", "XP010")
    ]
    assert text.count("\n  docs: ") == 3 and "XP998 (" not in text
    linked = write_findings(FINDINGS, "text", docs_url=URL)
    assert f"\n  help: Leave it out.\n  docs: {URL}#xp202\n\n" in linked


def test_colours_change_nothing_else() -> None:
    findings = (
        *FINDINGS,
        Finding("XP202", "a | b ^", "c", "error XP202: x", Position(3, 3, "  ^ | ^", 1)),
        Finding("XP010", "", "", severity=WARNING),
    )
    painted = write_findings(findings, "text", colour=True)
    colours = re.compile(r"\x1b\[[0-9;]*m")
    assert colours.sub("", painted) == write_findings(findings, "text")
    assert "\x1b[1;31merror XP202:\x1b[0m No package" in painted
    assert "\x1b[1;33mwarning XP010:\x1b[0m Not YAML." in painted
    assert "\x1b[1merror XP202: x:3:3:\x1b[0m \x1b[1;31merror XP202:\x1b[0m a" in painted
    assert "\x1b[36m  help:\x1b[0m Add one." in painted
    assert " \x1b[1;31m^^^^^^^^^\x1b[0m\n" in painted


@pytest.mark.parametrize(
    ("choice", "is_terminal", "environment", "wanted"),
    [
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "", "TERM": "xterm"}, True),
        ("auto", True, {"NO_COLOR": "0"}, False),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", False, {"FORCE_COLOR": "3"}, True),
        ("auto", False, {"FORCE_COLOR": "0"}, False),
        ("auto", False, {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        ("auto", False, {"CLICOLOR": "1"}, False),
        ("auto", True, {"CLICOLOR": "0"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
    ],
)
def test_who_wants_colours(
    choice: str, is_terminal: bool, environment: dict[str, str], wanted: bool
) -> None:
    assert wants_colour(choice, is_terminal, environment) == wanted


def test_json() -> None:
    text = write_findings(FINDINGS, "json")
    assert text.isascii()
    document = json.loads(text)
    assert (document["form"], document["errors"], document["warnings"]) == (1, 3, 1)
    assert document["findings"][1] == {
        "code": "XP202",
        "rule": "unknown-kind",
        "severity": "error",
        "message": FINDINGS[1].message,
        "remedy": "Leave it out.",
        "object": "Deployment controller",
        "path": "p q/ä,b:c.yaml",
        "line": 2,
        "column": 7,
        "endColumn": 13,
        "source": "kind: \x1bÄpfel",
        "count": 1,
        "url": None,
    }
    linked = json.loads(write_findings(FINDINGS, "json", docs_url=URL))["findings"]
    assert [entry["url"] for entry in linked] == [
        f"{URL}#xp101",
        f"{URL}#xp202",
        f"{URL}#xp010",
        None,
    ]
    assert {key for entry in document["findings"] for key in entry} == set(document["findings"][1])
    assert document["findings"][0]["path"] is None and document["findings"][0]["line"] is None
    assert json.loads(write_findings((), "json"))["findings"] == []


def sarif(*findings: Finding) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(write_findings(findings, "sarif"))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    return document


def test_the_schema_refuses_what_is_no_sarif() -> None:
    document = sarif(*FINDINGS)
    document["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(document)


def test_sarif() -> None:
    (run,) = sarif(*FINDINGS)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["XP010", "XP101", "XP202", "XP998"]
    assert rules[2]["name"] == "UnknownKind"
    assert rules[2]["shortDescription"]["text"] == RULES["XP202"].summary
    results = run["results"]
    assert [rules[r["ruleIndex"]]["id"] for r in results] == [f.code for f in FINDINGS]
    assert [r["level"] for r in results] == ["error", "error", "warning", "error"]
    assert "locations" not in results[0]
    (location,) = results[1]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "p%20q/%C3%A4%2Cb%3Ac.yaml"},
        "region": {
            "startLine": 2,
            "startColumn": 7,
            "endColumn": 13,
            "snippet": {"text": "kind: \\x1bÄpfel"},
        },
    }
    assert location["logicalLocations"] == [{"name": "Deployment controller", "kind": "object"}]
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in results[2:]
    ]
    assert uris == ["file:///abs/x.md", "bad-%FF%0A.yaml"]


def test_a_finding_that_moves_keeps_its_fingerprint() -> None:
    moved = FINDINGS[1]._replace(position=Position(90, 7, "kind: x"))
    other = FINDINGS[1]._replace(object="Deployment other")
    (run,) = sarif(FINDINGS[1], moved, other)["runs"]
    prints = [result["partialFingerprints"]["xpkg/v1"] for result in run["results"]]
    assert prints[0] == prints[1] != prints[2]


def test_sarif_brings_what_explains_a_rule() -> None:
    (run,) = sarif(*FINDINGS)["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert "help" not in rules["XP998"]
    for code in ("XP101", "XP202", "XP010"):
        assert rules[code]["help"]["markdown"] == entry(RULES[code])
        assert rules[code]["help"]["text"] == plain(entry(RULES[code]) or "")
        # It has to be absolute.
        assert "helpUri" not in rules[code]
    document = json.loads(write_findings(FINDINGS, "sarif", docs_url=URL))
    jsonschema.validate(document, SCHEMA)
    rules = {rule["id"]: rule for rule in document["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["XP202"]["helpUri"] == f"{URL}#xp202"
    assert "helpUri" not in rules["XP998"]


def test_sarif_without_findings() -> None:
    (run,) = sarif()["runs"]
    assert run["results"] == [] and run["tool"]["driver"]["rules"] == []


def test_github() -> None:
    properties = "file=p q/ä%2Cb%3Ac.yaml,line=2,col=7,endColumn=13,title=XP202 unknown-kind"
    message = "No package can hold 100%25 of: this,\\nthat. [Deployment controller]"
    assert write_findings(FINDINGS, "github").split("\n") == [
        "::error title=XP101 no-meta::The package has no meta object.%0AAdd one.",
        f"::error {properties}::{message}%0ALeave it out.",
        "::warning file=/abs/x.md,title=XP010 not-yaml::Not YAML.%0ARename it.",
        "::error file=bad-\\udcff\\n.yaml,title=XP998::Of a rule that has no row.%0AWait.",
        "3 errors and 1 warning in 3 files.",
        "",
    ]
    linked = write_findings(FINDINGS, "github", docs_url=URL).split("\n")
    assert linked[0].endswith(f"::The package has no meta object.%0AAdd one.%0A{URL}#xp101")
    assert linked[3].endswith("%0AWait.")


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_lets_control_characters_through(format: str) -> None:
    assert not set(write_findings(FINDINGS, format)) & set("\x1b\r\x00\udcff")


@pytest.mark.parametrize(
    "path", ["::error::x.yaml", "  ::set-output name=a::b.yaml", "a##[x].yaml"]
)
@pytest.mark.parametrize("text", ["##[add-mask]secret", "##vso[task.complete]x", "::error::x"])
def test_text_never_speaks_to_a_ci_system(path: str, text: str) -> None:
    """Runners take commands from the start of a line, or from anywhere in it."""
    position = Position(1, 3, f"a: {text}", 2)
    finding = Finding("XP002", f"It is {text}.", f"Remove {text}.", path, position, text)
    written = write_findings([finding], "text")
    for line in written.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line and "##vso[" not in line
    assert (r"\u0023#" in written) == ("##" in path + text)
    # The caret still stands under its place.
    lines = written.splitlines()
    assert lines[2].index("^") - lines[1].index("a: ") == 2
