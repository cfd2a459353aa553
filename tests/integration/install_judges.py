"""What says whether a cluster accepts the objects of a manifest.

A real API server where one is built (api_server.py); else the table of Crossplane's API in
tests/vectors/install-api.jsonl: its fields, their types, and its rule in CEL.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Protocol

import yaml

from tests.integration.api_server import ApiServer

_TABLE = Path(__file__).parents[1] / "vectors" / "install-api.jsonl"
_TYPES = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list}
_MATCHES = re.compile(r"self\.matches\('(.*)'\)")


class Judge(Protocol):
    @property
    def name(self) -> str: ...

    def refusal(self, manifest: str) -> str:
        """Why a cluster does not accept the manifest, empty where it does."""
        ...


@dataclass(frozen=True)
class ServerJudge:
    """A dry run on the server, with unknown fields refused. It changes nothing."""

    server: ApiServer
    name: str = "a Kubernetes API server with Crossplane's CustomResourceDefinitions"

    def refusal(self, manifest: str) -> str:
        apply = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"]
        done = self.server.kubectl(*apply, text=manifest)
        return done.stderr if done.returncode else ""


class TableJudge:
    """The newest release in the table."""

    name = "the table of Crossplane's API (no API server is built: build-support/api-server)"

    def __init__(self) -> None:
        rows = [json.loads(line) for line in _TABLE.read_text("utf-8").splitlines()]
        newest = max((row["last"] for row in rows), key=lambda r: tuple(map(int, r.split("."))))
        self._fields = {
            (row["apiVersion"], row["kind"], row["field"]): row
            for row in rows
            if row["last"] == newest
        }

    def refusal(self, manifest: str) -> str:
        found = [
            f"{value['kind']} {value['metadata']['name']}: {problem}"
            for value in yaml.safe_load_all(manifest)
            for problem in self._object(value)
        ]
        return "\n".join(found)

    def _object(self, value: Mapping[str, Any]) -> Iterator[str]:
        kind = (value["apiVersion"], value["kind"])
        if set(value) != {"apiVersion", "kind", "metadata", "spec"}:
            yield f"has the fields {sorted(value)}"
        yield from self._value(kind, "spec", value["spec"])

    def _value(self, kind: tuple[str, str], field: str, value: Any) -> Iterator[str]:
        facts = self._fields.get((*kind, field))
        if facts is None:
            yield f"{field}: unknown field"
            return
        if type(value) is not _TYPES[facts["type"]]:
            yield f"{field}: must be of type {facts['type']}"
            return
        for rule, message in facts.get("rules", ()):
            pattern = _MATCHES.fullmatch(rule)
            assert pattern is not None, rule
            # A string in CEL has escapes, as in Python.
            text = str(value)
            if not re.search(pattern[1].replace("\\\\", "\\"), text):
                yield f"{field}: {message}"
        if isinstance(value, list):
            for item in value:
                yield from self._value(kind, f"{field}[]", item)
        elif isinstance(value, dict):
            yield from self._fields_of(kind, field, value)

    def _fields_of(
        self, kind: tuple[str, str], field: str, value: Mapping[str, Any]
    ) -> Iterator[str]:
        free = (*kind, f"{field}[*]") in self._fields
        for name, inner in value.items():
            yield from self._value(kind, f"{field}[*]" if free else f"{field}.{name}", inner)
        required = {
            path.rpartition(".")[2]
            for *of, path in self._fields
            if tuple(of) == kind
            and path.rpartition(".")[0] == field
            and self._fields[(*kind, path)].get("required")
        }
        for name in sorted(required.difference(value)):
            yield f"{field}.{name}: is required"
