"""Writes tests/vectors/crossplane-api.jsonl, the API of each release of Crossplane, and
install-api.jsonl, the same for the objects that install packages.

    python build-support/crossplane_api.py PATH >tests/vectors/crossplane-api.jsonl
    python build-support/crossplane_api.py --install PATH >tests/vectors/install-api.jsonl

PATH is a copy of Crossplane's own CustomResourceDefinitions (its folder cluster/crds): a folder, or
a tar archive, with a folder for each release. These are named after the release, such as `v2.2.0`;
`main` is the release after the highest of the others.

Each line is a field of such a kind, with the first and the last of these releases
that have it and what they ask of it: its type, whether it is required, its allowed values, limits,
and rules in CEL. A field of which releases ask different things has several lines. The line without
a field is about the kind itself. Needs PyYAML; the tests hold the lint rules to the table.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any, Iterator, Mapping

import yaml

# Crossplane's own kinds that packages may contain.
_KINDS = {
    "apiextensions.crossplane.io": (
        "CompositeResourceDefinition",
        "Composition",
        "ManagedResourceActivationPolicy",
        "ManagedResourceDefinition",
    ),
    "ops.crossplane.io": ("CronOperation", "Operation", "WatchOperation"),
}
# Its kinds that install packages.
_INSTALLING = {"pkg.crossplane.io": ("Configuration", "Function", "Provider")}
# Parts that are left out: every Kubernetes object has them, or only Crossplane writes them.
_COMMON = ("apiVersion", "kind", "metadata", "status")
# Fields of Compositions that only Crossplane 1 has are listed without their subfields.
_WHOLE = ("spec.resources", "spec.patchSets", "spec.environment")
_FACTS = (
    "type",
    "format",
    "default",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-preserve-unknown-fields",
)

_Kind = tuple[str, str]
_Kinds = Mapping[str, tuple[str, ...]]
_Facts = dict[str, Any]
# The facts of each field of each kind of a release.
_Api = dict[tuple[_Kind, str], _Facts]
# A release as two numbers, so that 1.20 is after 1.9.
_Release = tuple[int, int]


def table(path: Path, kinds: _Kinds = _KINDS) -> str:
    """The table of these kinds as JSON lines. Raises ValueError if `path` contains no release."""
    documents: dict[_Release, list[Any]] = {}
    newest: list[Any] = []
    for folder, name, text in _files(path):
        if not name.startswith(tuple(kinds)):
            continue
        found = re.fullmatch(r"v(\d+)\.(\d+)\.\d+", folder)
        documents_of = newest
        if found:
            documents_of = documents.setdefault((int(found[1]), int(found[2])), [])
        elif folder != "main":
            continue
        documents_of.append(yaml.safe_load(text))
    if not documents:
        raise ValueError(f"{path} has no folder named after a release, such as v2.2.0")
    if newest:
        major, minor = max(documents)
        documents[(major, minor + 1)] = newest
    apis = {release: _api(documents[release], kinds) for release in sorted(documents)}
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in _rows(apis))


def _files(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """The folder, the name and the content of each file, in order."""
    if path.is_dir():
        for file in sorted(path.glob("*/*.yaml")):
            yield file.parent.name, file.name, file.read_bytes()
        return
    with tarfile.open(path) as archive:
        members = [m for m in archive.getmembers() if m.isfile() and m.name.endswith(".yaml")]
        for member in sorted(members, key=lambda member: member.name):
            content = archive.extractfile(member)
            if content is not None:
                yield Path(member.name).parent.name, Path(member.name).name, content.read()


def _api(definitions: list[Any], kinds: _Kinds) -> _Api:
    api: _Api = {}
    for definition in definitions:
        spec = definition["spec"]
        kind = spec["names"]["kind"]
        if kind not in kinds.get(spec["group"], ()):
            continue
        for version in spec["versions"]:
            if not version["served"]:
                continue
            of_kind = (f"{spec['group']}/{version['name']}", kind)
            schema = version["schema"]["openAPIV3Schema"]
            for field, facts in _fields(schema, "", required="spec" in schema.get("required", ())):
                api[(of_kind, field)] = facts
    return api


def _fields(
    schema: Mapping[str, Any], field: str, *, required: bool
) -> Iterator[tuple[str, _Facts]]:
    facts: _Facts = {"required": True} if required and field else {}
    facts.update((name, schema[name]) for name in _FACTS if name in schema)
    rules = [[rule["rule"], rule.get("message", "")] for rule in _rules(schema)]
    yield field, {**facts, **({"rules": rules} if rules else {})}
    if field in _WHOLE:
        return
    for name, inner in sorted(schema.get("properties", {}).items()):
        if field or name not in _COMMON:
            path = f"{field}.{name}" if field else name
            yield from _fields(inner, path, required=name in schema.get("required", ()))
    for keyword, step in (("items", "[]"), ("additionalProperties", "[*]")):
        if isinstance(schema.get(keyword), dict):
            yield from _fields(schema[keyword], field + step, required=False)


def _rules(schema: Mapping[str, Any]) -> list[Any]:
    return sorted(schema.get("x-kubernetes-validations", ()), key=lambda rule: str(rule["rule"]))


def _rows(apis: Mapping[_Release, _Api]) -> Iterator[dict[str, Any]]:
    releases = list(apis)
    for (api_version, kind), field in sorted({key for api in apis.values() for key in api}):
        key = ((api_version, kind), field)
        run: list[_Release] = []
        for index, release in enumerate(releases):
            facts = apis[release].get(key)
            if facts is None:
                continue
            run.append(release)
            following = apis[releases[index + 1]].get(key) if index + 1 < len(releases) else None
            if following != facts:
                yield {
                    "apiVersion": api_version,
                    "kind": kind,
                    "field": field,
                    "first": _name(run[0]),
                    "last": _name(run[-1]),
                    **facts,
                }
                run = []


def _name(release: _Release) -> str:
    return f"{release[0]}.{release[1]}"


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--install"]
    if len(arguments) != 1:
        print(f"usage: {sys.argv[0]} [--install] PATH", file=sys.stderr)
        return 2
    kinds: _Kinds = _KINDS
    if "--install" in sys.argv:
        kinds = _INSTALLING
    try:
        sys.stdout.write(table(Path(arguments[0]), kinds))
    except (OSError, tarfile.TarError, yaml.YAMLError, ValueError) as error:
        print(f"{sys.argv[0]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
