"""Findings as SARIF 2.1.0 (OASIS), which code scanning services read."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Sequence
from urllib.parse import quote

from xpkg_tool import VERSION
from xpkg_tool.diagnostics.catalogue import RULES
from xpkg_tool.diagnostics.finding import Finding, visible
from xpkg_tool.diagnostics.page import PAGE, entry, link, plain

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(findings: Sequence[Finding], *, docs_url: str = "") -> str:
    """A log with one run. Paths are relative to the folder where the program ran, unless they are
    absolute; columns count characters. Each rule brings its whole page, and
    a `helpUri`, which has to be absolute, where `docs_url` is known."""
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "xpkg",
                "version": VERSION,
                "semanticVersion": VERSION,
                "rules": [_rule(code, docs_url) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str, docs_url: str) -> dict[str, Any]:
    rule = RULES.get(code)
    if rule is None:
        return {"id": code}
    markdown = entry(rule)
    described: dict[str, Any] = {
        "id": code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "help": {"text": f"{PAGE} explains {code} with examples."},
        "defaultConfiguration": {"level": rule.severity},
    }
    if markdown:
        described["help"] = {"text": plain(markdown), "markdown": markdown}
    if docs_url:
        described["helpUri"] = link(code, docs_url)
    return described


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": visible(f"{finding.message} {finding.remedy}")},
    }
    if finding.occurrences > 1:
        result["occurrenceCount"] = finding.occurrences
    if finding.path or finding.object:
        result["locations"] = [_location(finding)]
    # A line that moves stays the same finding.
    identity = repr((finding.code, finding.path, finding.object, finding.message))
    digest = hashlib.sha256(identity.encode()).hexdigest()
    result["partialFingerprints"] = {"xpkg/v1": digest}
    return result


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.path:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.path)}}
        if finding.position:
            place["region"] = {
                "startLine": finding.position.line,
                "startColumn": finding.position.column,
                "endColumn": finding.position.column + finding.position.width,
            }
            if finding.position.source:
                place["region"]["snippet"] = {"text": visible(finding.position.source)}
        location["physicalLocation"] = place
    if finding.object:
        location["logicalLocations"] = [{"name": visible(finding.object), "kind": "object"}]
    return location


def _uri(path: str) -> str:
    quoted = quote(path.encode("utf-8", "surrogateescape"))
    return f"file://{quoted}" if path.startswith("/") else quoted
