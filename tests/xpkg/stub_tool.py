"""A stand-in for the tool, for tests of the rules that publish.

Its registry is the file registry.json (digests by reference) in the folder beside the repository
with `.state` after its name: what changes in the repository would make Pants start again. fail.json
has the references of which `plan` and `publish` fail, misconfigured.json those that are wrong,
broken.json the commands that die, kill.json the packages at which `publish` is killed, hold.json
those at which it waits for a file `released`. Each run adds its request to runs.jsonl.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Mapping

from xpkg_tool.messages.codec import decode, encode, to_json
from xpkg_tool.messages.commands import Answer
from xpkg_tool.messages.files import ANSWER
from xpkg_tool.messages.plan import (
    Action,
    PackageToPlan,
    PlanAnswer,
    PlannedPackage,
    PlannedReference,
    PlanRequest,
)
from xpkg_tool.messages.publish import (
    PackageToPublish,
    PublishAnswer,
    PublishedPackage,
    PublishedReference,
    PublishEvent,
    PublishRequest,
    Transfer,
)
from xpkg_tool.messages.registry import RegistryOptions


def main(command: str, request: str, output: str) -> None:
    asked: PlanRequest | PublishRequest
    if command == "plan":
        asked = decode(PlanRequest, Path(request).read_bytes())
    else:
        asked = decode(PublishRequest, Path(request).read_bytes())
    root = Path(asked.directory + ".state")
    environment = {k: v for k, v in os.environ.items() if k not in ("LC_CTYPE", "PWD", "__CF_USER")}
    entry = {"command": command, "environment": environment, **to_json(asked)}
    with (root / "runs.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")
    if command in _read(root / "broken.json", []):
        sys.exit("ValueError: canary")
    answer: Answer = plan(asked, root) if isinstance(asked, PlanRequest) else publish(asked, root)
    Path(output).mkdir()
    Path(output, ANSWER).write_bytes(encode(answer))


def plan(asked: PlanRequest, root: Path) -> PlanAnswer:
    packages = tuple(_plan_one(package, asked.registries, root) for package in asked.packages)
    return PlanAnswer(sum(len(package.references) for package in packages), packages)


def _plan_one(
    package: PackageToPlan, registries: Mapping[str, RegistryOptions], root: Path
) -> PlannedPackage:
    registry = _read(root / "registry.json", {})
    failing = _read(root / "fail.json", {}).get("plan", [])
    misconfigured = _read(root / "misconfigured.json", [])
    references = []
    for reference in package.references:
        remote, error = registry.get(reference), ""
        if reference in misconfigured:
            remote, action, why, error = None, Action.FAILED, "it is wrong", "It is wrong."
        elif reference in failing:
            remote, action, why, error = None, Action.FAILED, "it is down", "It is down. Wait."
        elif remote == package.digest:
            action, why = Action.UP_TO_DATE, "the tag has this digest"
        elif remote is None:
            action, why = Action.PUSH, "the tag is not there."
        elif _mutable(reference, registries):
            action, why = Action.PUSH, "the tag is mutable"
        else:
            action, why = Action.REFUSED, "the tag has another digest."
            error = f"It is {remote}, and this is {package.digest}."
        message = f"{reference}: {error}" if error else ""
        wrong = reference in misconfigured
        references.append(
            PlannedReference(reference, package.digest, remote, action, why, message, error, wrong)
        )
    return PlannedPackage(package.name, tuple(references))


def publish(asked: PublishRequest, root: Path) -> PublishAnswer:
    """A package named in kill.json ends the process when it is about to be sent."""
    published: list[PublishedPackage] = []
    for package in asked.packages:
        before = [published[number] for number in package.after]
        failed = {name for earlier in before for name in _failed(earlier)}
        if failed:
            done = PublishedPackage(package.name, failed=tuple(sorted(failed)))
        else:
            _add(asked.events, PublishEvent(package.name))
            if package.name in _read(root / "kill.json", []):
                os.kill(os.getpid(), signal.SIGKILL)
            if package.name in _read(root / "hold.json", []):
                _wait_for(root / "released")
            # Another process may publish another package at the same time.
            with (root / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                done = PublishedPackage(package.name, _publish_one(package, root))
        published.append(done)
        _add(asked.events, PublishEvent(package.name, done))
    return PublishAnswer(tuple(published))


def _wait_for(file: Path) -> None:
    end = time.monotonic() + 30
    while not file.exists():
        if time.monotonic() > end:
            sys.exit("TimeoutError: nobody has seen that it began")
        time.sleep(0.05)


def _failed(package: PublishedPackage) -> tuple[str, ...]:
    if any(reference.action == Action.FAILED for reference in package.references):
        return (package.name,)
    return package.failed


def _add(events: str, event: PublishEvent) -> None:
    with open(events, "ab") as file:
        file.write(encode(event) + b"\n")


def _publish_one(package: PackageToPublish, root: Path) -> tuple[PublishedReference, ...]:
    registry = _read(root / "registry.json", {})
    failing = _read(root / "fail.json", {}).get("publish", [])
    Path(package.archive).read_bytes()
    transfer = Transfer(1234, 5, 2, 1, 0, 9, 0.25)
    references = []
    for planned in package.references:
        name = planned.reference
        action, error = Action.PUSHED, ""
        if name in failing:
            action, error = Action.FAILED, "It fell over."
        else:
            registry[name] = package.digest
        message = f"{name}: {error}" if error else ""
        references.append(
            PublishedReference(name, package.digest, action, transfer, message, error)
        )
    (root / "registry.new").write_text(json.dumps(registry))
    (root / "registry.new").replace(root / "registry.json")
    return tuple(references)


def _mutable(reference: str, registries: Mapping[str, RegistryOptions]) -> bool:
    host, tag = reference.split("/", maxsplit=1)[0], reference.rsplit(":", 1)[1]
    return any(fnmatchcase(tag, glob) for glob in registries[host].mutable_tags)


def _read(path: Path, default: Any) -> Any:
    return json.loads(path.read_text()) if path.exists() else default
