"""The loader against the real CLI: each small package of tests/vectors/cases.jsonl.

`build.package` there is what the CLI wrote after reading the sources through Kubernetes' reader
and Go's types.
"""

from __future__ import annotations

import base64
import json
import posixpath
from pathlib import Path
from typing import Any, Iterator

import pytest

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stream import split

CASES = {
    case["case"]: case
    for case in map(
        json.loads,
        (Path(__file__).parents[2] / "vectors" / "cases.jsonl")
        .read_text("utf-8")
        .rstrip("\n")
        .split("\n"),
    )
}

# Built by the CLI, refused here: of two equal keys the first would vanish.
STRICTER = {"duplicate-key-top": ["XP005"], "duplicate-key-nested": ["XP005"]}
# A document after `...` vanishes from the CLI's package; ours keeps it.
KEPT = {"document-end-no-separator"}
# Go's types drop fields that they do not know, in silence: the paths that only our values have.
DROPPED = {
    "case-differs": [".Metadata"],
    "compositionspec-publish-store": [".spec.publishConnectionDetailsWithStoreConfigRef"],
    "controller-image": [".spec.controller"],
    "crdschema-discriminator": [
        ".spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.a.discriminator"
    ],
    "unknown-field": [".spec.nope", ".spec.nope"],
}
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
    files = case["files"]
    for path, file in files.items():
        if "symlink" in file:
            file = files.get(posixpath.normpath(f"{posixpath.dirname(path)}/{file['symlink']}"), {})
        if not path.endswith((".yaml", ".yml")) or (
            path == "examples/e.yaml" and case["build"]["ok"]
        ):
            continue
        if "text" in file:
            yield path, file["text"].encode("utf-8")
        elif "base64" in file:
            yield path, base64.b64decode(file["base64"])
        elif "note" in file:
            yield path, _deep(case["case"])


def _deep(name: str) -> bytes:
    """The rule of tests/vectors/README.md for the cases too long to keep."""
    flow = str(CASES["deep-flow-100"]["files"]["s.yaml"]["text"])
    lists, count = "[" * 100 + "]" * 100, int(name.rpartition("-")[2])
    assert flow.count(lists) == 1
    if name.startswith("deep-flow-"):
        return flow.replace(lists, "[" * count + "]" * count).encode()
    head = flow[: flow.rindex("\n", 0, flow.index(lists)) + 1]
    return (head + "".join(" " * (10 + i) + "a:\n" for i in range(count))).encode()


def read(case: dict[str, Any]) -> tuple[list[Any], list[Finding]]:
    values: list[Any] = []
    findings: list[Finding] = []
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
    assert {*STRICTER, *KEPT, *REFUSED, *DROPPED} <= CASES.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_findings(name: str) -> None:
    case = CASES[name]
    _, findings = read(case)
    expected = {**REFUSED, **STRICTER}.get(name, [])
    assert [finding.code for finding in findings] == expected
    assert not (case["build"]["ok"] and name in REFUSED)
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
    packaged = [value for value in values if is_package_object(value)]
    differences: list[str] = []
    for document in written:
        same = [value for value in packaged if identity(value) == identity(document)]
        assert same, f"not read: {identity(document)}"
        # Of several documents with one identity, the one that is nearest is meant.
        by_count = sorted((len(d), d) for d in ([*differ(v, document, "")] for v in same))
        differences += by_count[0][1]
    assert differences == [f"only ours {path}" for path in DROPPED.get(name, [])]
    assert len(packaged) == len(written) + (name in KEPT)


def is_package_object(value: Any) -> bool:
    return isinstance(value, dict) and "kind" in value


def identity(value: dict[str, Any]) -> tuple[str, str, str]:
    metadata = value.get("metadata", value.get("Metadata")) or {}
    return (
        value["apiVersion"],
        value["kind"],
        "" if "Metadata" in value else metadata.get("name", ""),
    )


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
                    yield f"only ours {here}"
            else:
                yield from differ(ours[key], theirs[key], here)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, pair in enumerate(zip(ours, theirs)):
            yield from differ(*pair, f"{path}[{i}]")
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield f"{path}: {ours!r} != {theirs!r}"
