"""The loader against the real CLI: each small package of tests/vectors/cases.jsonl.

`build.package` there is what the CLI wrote after reading the sources through Kubernetes' reader
and Go's types. Faults rows 6 to 13.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from xpkg_tool.documents import split
from xpkg_tool.finding import Finding
from xpkg_tool.loader import DocumentError, load

CASES = {
    case["case"]: case
    for case in map(
        json.loads,
        (Path(__file__).parents[1] / "vectors" / "cases.jsonl").read_text("utf-8").splitlines(),
    )
}

# Built by the CLI, refused here: of two equal keys the first would vanish.
STRICTER = {"duplicate-key-top": ["XP005"], "duplicate-key-nested": ["XP005"]}
# A document after `...` vanishes from the CLI's package; ours keeps it.
KEPT = {"document-end-no-separator"}
# What the CLI refuses because of the YAML, and the codes of our findings. (What it refuses because
# of Go's types or its own rules is not the loader's.)
REFUSED = {
    "scalar-042": ["XP006"],
    "scalar-043": ["XP006"],
    "scalar-070": ["XP006"],
    "scalar-072": ["XP002"],
    "scalar-074": ["XP002"],
    "scalar-075": ["XP002"],
    "scalar-078": ["XP002"],
    "key-010": ["XP006"],
    "alias-across-documents": ["XP002"],
    "alias-recursive": ["XP007"],
    "deep-flow-100000": ["XP007"],
    "utf-16": ["XP001"],
    "utf-16-second": ["XP001"],
    "utf-8-invalid": ["XP001"],
    "control-char": ["XP001"],
    "del-and-c1": ["XP001"],
    "helm-template": ["XP006"],
    "examples-bad-yaml": ["XP002"],
}


def contents(case: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    for path, file in case["files"].items():
        if not path.endswith((".yaml", ".yml")):
            continue
        if "text" in file:
            yield path, file["text"].encode("utf-8")
        elif "base64" in file:
            yield path, base64.b64decode(file["base64"])
        elif "note" in file:
            yield path, _deep(case["case"])


def _deep(name: str) -> bytes:
    """The rule of tests/vectors/README.md for the cases too long to keep."""
    flow = CASES["deep-flow-100"]["files"]["s.yaml"]["text"]
    lists, count = "[" * 100 + "]" * 100, int(name.rpartition("-")[2])
    assert flow.count(lists) == 1
    if name.startswith("deep-flow-"):
        return flow.replace(lists, "[" * count + "]" * count).encode()
    head = flow[: flow.rindex("\n", 0, flow.index(lists)) + 1]
    return (head + "".join(" " * (10 + i) + "a:\n" for i in range(count))).encode()


def read(case: dict[str, Any]) -> tuple[list[Any], list[Finding]]:
    values, findings = [], []
    for path, data in contents(case):
        documents, problems = split(path, data)
        findings += problems
        for document in documents:
            try:
                values.append(load(document))
            except DocumentError as error:
                findings += error.findings
    return values, findings


def test_the_cases_named_here_exist() -> None:
    assert {*STRICTER, *KEPT, *REFUSED} <= CASES.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_findings(name: str) -> None:
    case = CASES[name]
    values, findings = read(case)
    expected = {**REFUSED, **STRICTER}.get(name, [])
    assert [finding.code for finding in findings] == expected
    assert case["build"]["ok"] == (name not in REFUSED) or not expected
    for finding in findings:
        assert finding.position and finding.message and finding.remedy
        assert finding.path in case["files"]


@pytest.mark.parametrize(
    "name",
    sorted(n for n, c in CASES.items() if c["build"].get("package") and n not in STRICTER),
)
def test_values(name: str) -> None:
    case = CASES[name]
    values, _ = read(case)
    written = case["build"]["package"]
    packaged = [v for v in values if is_package_object(v)]
    assert len(packaged) >= len(written)
    for document in written:
        same = [v for v in packaged if identity(v) == identity(document)]
        assert same, f"not read: {identity(document)}"
        differences = min(
            (list(differ(value, document, "")) for value in same), key=len
        )
        assert not differences


def is_package_object(value: Any) -> bool:
    return isinstance(value, dict) and "kind" in value


def identity(value: dict[str, Any]) -> tuple[str, str, str]:
    return value["apiVersion"], value["kind"], (value.get("metadata") or {}).get("name", "")


def empty(value: Any) -> bool:
    """Whether Go's types add or leave out the field: nothing but zero values."""
    if isinstance(value, dict):
        return all(empty(inner) for inner in value.values())
    return value in (None, "", [])


def differ(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            here = f"{path}.{key}"
            if key not in ours:
                if not empty(theirs[key]):
                    yield f"only CLI {here} {theirs[key]!r}"
            elif key not in theirs:
                if not empty(ours[key]):
                    yield f"only ours {here} {ours[key]!r}"
            else:
                yield from differ(ours[key], theirs[key], here)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, pair in enumerate(zip(ours, theirs)):
            yield from differ(*pair, f"{path}[{i}]")
    elif type(ours) is not type(theirs) and not {type(ours), type(theirs)} <= {int, float} or ours != theirs:
        yield f"{path}: {ours!r} != {theirs!r}"
