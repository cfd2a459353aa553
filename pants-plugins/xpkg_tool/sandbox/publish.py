"""The command by which the Pants backend publishes a package."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from xpkg_tool.diagnostics.errors import ARCHIVE, PublishError, internal_error, publish_error
from xpkg_tool.oci.artifact import Artifact, artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.decision import TAG_ONLY
from xpkg_tool.publish.outcome import Outcome, outcome_to_json
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import CONNECTIONS, Registries
from xpkg_tool.publish.settings import registry_key, settings_from_json


def publish_package(request: Path, output: Path) -> None:
    """Publishes what `{"directory", "connections", "registries": {…}, "name", "digest", "archive",
    "references": [{"reference", "remote", "action"}, …], "mountFrom": {"<registry>":
    ["<repository>", …]}}` asks for, as the plan decided it (sandbox/plan.py), and answers in
    `<output>/report.json`: `{"name", "digest", "references": [{…}, …]}`, see
    outcome.outcome_to_json.

    `archive` is relative to the working directory, everything else to `directory`. What goes wrong
    is in the answer."""
    asked = json.loads(request.read_text("utf-8"))
    archive = os.path.abspath(asked["archive"])
    output = output.absolute()
    os.chdir(asked["directory"])
    references: Sequence[Mapping[str, Any]] = asked["references"]
    try:
        artifact = _opened(archive, asked["digest"])
        outcomes = _publish(artifact, references, asked)
    except PublishError as error:
        outcomes = [error] * len(references)
    # Whatever happens, the package's dependents must know that it was not published.
    except Exception as error:
        outcomes = [internal_error(error)] * len(references)
    report = {
        "name": asked["name"],
        "digest": asked["digest"],
        "references": [
            outcome_to_json(entry["reference"], asked["digest"], outcome)
            for entry, outcome in zip(references, outcomes)
        ],
    }
    output.mkdir(parents=True, exist_ok=True)
    (output / "report.json").write_text(json.dumps(report, indent=1), "utf-8")


def _opened(archive: str, digest: str) -> Artifact:
    artifact = artifact_of([open_archive(archive)])
    if artifact.digest != digest:
        raise publish_error(
            ARCHIVE,
            f"The built package has the digest {artifact.digest}, but the planned one had {digest}",
            "Publish again: its sources may have changed in the meantime.",
        )
    return artifact


def _publish(
    artifact: Artifact, references: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Outcome]:
    writes = {
        entry["reference"]: Write(
            parse(entry["reference"]), entry.get("remote"), entry.get("action") == TAG_ONLY
        )
        for entry in references
    }
    registries = Registries(
        os.environ,
        settings_from_json(asked.get("registries") or {}),
        connections=asked.get("connections") or CONNECTIONS,
    )
    with closing(registries):
        unique = list({write.place: write for write in writes.values()}.values())
        hints = {registry_key(k): v for k, v in (asked.get("mountFrom") or {}).items()}
        outcomes = publish(artifact, unique, registries, hints)
    return [outcomes[writes[entry["reference"]].place] for entry in references]
