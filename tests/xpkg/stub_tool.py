"""A stand-in for the tool, for tests of the rules that publish.

Its registry is the file registry.json (digests by reference) in the folder beside the repository
with `.state` after its name: what changes in the repository would make Pants start again. fail.json
has the references of which `plan` and `publish` fail, misconfigured.json those that are wrong,
broken.json the commands that die. Each run adds its request to runs.jsonl.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


def main(command: str, request: str, output: str) -> None:
    asked = json.loads(Path(request).read_text())
    root = Path(asked["directory"] + ".state")
    environment = {k: v for k, v in os.environ.items() if k not in ("LC_CTYPE", "PWD", "__CF_USER")}
    with (root / "runs.jsonl").open("a") as log:
        log.write(json.dumps({"command": command, "environment": environment, **asked}) + "\n")
    if command in _read(root / "broken.json", []):
        sys.exit("ValueError: canary")
    answer = {"plan": plan, "publish": publish}[command](asked, root)
    name = {"plan": "plan.json", "publish": "report.json"}[command]
    Path(output).mkdir()
    Path(output, name).write_text(json.dumps(answer))


def plan(asked: dict[str, Any], root: Path) -> dict[str, Any]:
    registry = _read(root / "registry.json", {})
    failing = _read(root / "fail.json", {}).get("plan", [])
    misconfigured = _read(root / "misconfigured.json", [])
    packages = []
    for package in asked["packages"]:
        references = []
        for reference in package["references"]:
            remote, message = registry.get(reference), None
            if reference in misconfigured:
                remote, action, why, message = None, "failed", "it is wrong", "It is wrong."
            elif reference in failing:
                remote, action, why, message = None, "failed", "it is down", "It is down. Wait."
            elif remote == package["digest"]:
                action, why = "up to date", "the tag has this digest"
            elif remote is None:
                action, why = "push", "the tag is not there."
            elif _mutable(reference, asked["registries"]):
                action, why = "push", "the tag is mutable"
            else:
                action, why = "REFUSED", "the tag has another digest."
                message = f"It is {remote}, and this is {package['digest']}."
            references.append(
                {
                    "reference": reference,
                    "local": package["digest"],
                    "remote": remote,
                    "action": action,
                    "why": why,
                    "message": f"{reference}: {message}" if message else None,
                    "error": message,
                    "configuration": reference in misconfigured,
                }
            )
        packages.append({"name": package["name"], "references": references})
    return {"requests": sum(len(p["references"]) for p in packages), "packages": packages}


def publish(asked: dict[str, Any], root: Path) -> dict[str, Any]:
    lock = os.open(root, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # Until the process ends.
    registry = _read(root / "registry.json", {})
    failing = _read(root / "fail.json", {}).get("publish", [])
    Path(asked["archive"]).read_bytes()
    references = []
    for entry in asked["references"]:
        failed = entry["reference"] in failing
        if not failed:
            registry[entry["reference"]] = asked["digest"]
        references.append(
            {
                "reference": entry["reference"],
                "digest": asked["digest"],
                "action": "failed" if failed else "pushed",
                "bytesSent": 1234,
                "bytesSkipped": 5,
                "blobsSent": 2,
                "blobsSkipped": 1,
                "blobsMounted": 0,
                "requests": 9,
                "seconds": 0.25,
                "message": f"{entry['reference']}: It fell over." if failed else None,
                "error": "It fell over." if failed else None,
            }
        )
    (root / "registry.new").write_text(json.dumps(registry))
    (root / "registry.new").replace(root / "registry.json")
    return {"name": asked["name"], "digest": asked["digest"], "references": references}


def _mutable(reference: str, registries: dict[str, Any]) -> bool:
    host, tag = reference.split("/", maxsplit=1)[0], reference.rsplit(":", 1)[1]
    return any(fnmatchcase(tag, glob) for glob in registries[host]["mutableTags"])


def _read(path: Path, default: Any) -> Any:
    return json.loads(path.read_text()) if path.exists() else default


if __name__ == "__main__":
    main(*sys.argv[1:])
