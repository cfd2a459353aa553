"""The small packages of tests/vectors/cases.jsonl, as requests to build."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from xpkg_tool.building.build import PackageRequest

VECTORS = Path(__file__).parents[1] / "vectors"

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


def request(case: dict[str, Any]) -> PackageRequest:
    """The case's package with the default globs of `xpkg_package`; links are followed."""
    files: dict[str, bytes] = {}
    for path, entry in case["files"].items():
        if "text" in entry:
            files[path] = entry["text"].encode("utf-8", "surrogatepass")
        elif "base64" in entry:
            files[path] = base64.b64decode(entry["base64"])
    for path, entry in case["files"].items():
        if "symlink" in entry:
            target = str(Path(path).parent / entry["symlink"])
            resolved = "/".join(_normal(target.split("/")))
            if resolved in files:
                files[path] = files[resolved]
    yaml = {p: d for p, d in files.items() if p.endswith((".yaml", ".yml"))}
    return PackageRequest(
        name=case["case"],
        root="",
        sources={p: d for p, d in yaml.items() if not p.startswith("examples/")},
        examples={p: d for p, d in yaml.items() if p.startswith("examples/")},
    )


def _normal(parts: list[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept.pop()
        elif part != ".":
            kept.append(part)
    return kept
