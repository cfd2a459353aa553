"""Write many Provider packages of CustomResourceDefinitions, as input for benchmarks.

    python benchmarks/generate.py DIR --packages 200 --files 20 --bytes 4500 [--pants]

makes `DIR/packages/p000/crossplane.yaml`, `DIR/packages/p000/crds/*.yaml`, and so on; with
`--pants` also `DIR/packages/p000/BUILD`. Every definition is valid: it has a structural schema,
and a name, group and properties of its own, in the layout that controller-gen writes. The same
arguments give the same bytes on every machine and in every run.
"""

from __future__ import annotations

import argparse
import random
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

# An arbitrary fixed number, on which the generated files, and so all figures, depend.
SEED = 20_201_006

QUALIFIERS = (
    "access", "active", "backup", "cluster", "connection", "data", "default", "delivery",
    "endpoint", "event", "external", "failover", "health", "internal", "key", "log",
    "maintenance", "master", "network", "notification", "object", "password", "performance",
    "primary", "private", "public", "queue", "replica", "request", "route", "schedule",
    "security", "session", "snapshot", "source", "storage", "subnet", "target", "traffic",
    "volume",
)  # fmt: skip
NOUNS = (
    "address", "arn", "attribute", "bucket", "capacity", "class", "configuration", "count",
    "domain", "duration", "engine", "filter", "group", "identifier", "interval", "limit",
    "listener", "location", "mode", "name", "option", "parameter", "path", "period", "policy",
    "port", "prefix", "priority", "profile", "protocol", "region", "retention", "role", "rule",
    "secret", "size", "status", "tag", "threshold", "timeout", "token", "type", "version",
    "window", "zone",
)  # fmt: skip
SENTENCES = (
    "The {words} of the {kind}.",
    "Specifies the {words} that is used when the {kind} is created.",
    "Whether the {words} may be changed while the {kind} is in use.",
    "The {words} to associate with this {kind}. Changing it replaces the resource.",
    "If you omit the {words}, the {kind} takes the value that holds for the whole account.",
    "Valid values depend on the {words}: see the service's own documentation of the {kind}.",
)
# The shapes of properties; one that appears twice is drawn twice as often.
LEAVES = ("string", "string", "integer", "boolean", "enum", "list", "map")
OBJECTS = ("object", "object")
# Where controller-gen folds descriptions.
WIDTH = 80
# The maximum number of levels of objects below forProvider.
DEEPEST = 3


class Writer:
    """Writes one definition, choosing names and descriptions with a random number generator."""

    def __init__(self, numbers: random.Random, kind: str) -> None:
        self._numbers = numbers
        self._kind = kind
        self._used: set[str] = set()

    def pick(self, choices: Sequence[str]) -> str:
        # random() is the only method whose numbers Python promises never to change.
        return choices[int(self._numbers.random() * len(choices))]

    def name(self) -> list[str]:
        """Return the words of a property name that this definition does not have yet."""
        words = [self.pick(QUALIFIERS), self.pick(NOUNS)]
        while camel(words) in self._used:
            words.insert(0, self.pick(QUALIFIERS))
        self._used.add(camel(words))
        return words

    def described(self, words: Sequence[str], indent: int) -> list[str]:
        text = self.pick(SENTENCES).format(words=" ".join(words), kind=self._kind)
        # A plain scalar may not contain ': ', but one of the sentences does.
        head = "description: |-" if ": " in text else "description: "
        if head.endswith("|-"):
            lines = textwrap.wrap(text, WIDTH - indent)
            return [" " * indent + head, *(" " * (indent + 2) + line for line in lines)]
        first, *rest = textwrap.wrap(head + text, WIDTH - indent)
        return [" " * indent + first, *(" " * (indent + 2) + line for line in rest)]

    def property(self, indent: int, depth: int = 0) -> list[str]:
        """Return the lines of one property, and of those below it when it is an object."""
        words = self.name()
        shape = self.pick((*LEAVES, *OBJECTS) if depth < DEEPEST else LEAVES)
        pad = " " * (indent + 2)
        lines = [" " * indent + camel(words) + ":"]
        if shape == "map":
            lines += [pad + "additionalProperties:", pad + "  type: string"]
        lines += self.described(words, indent + 2)
        if shape == "enum":
            values = sorted({self.pick(NOUNS).upper() for _ in range(3)})
            lines += [pad + "enum:", *(pad + "- " + value for value in values)]
        elif shape == "list":
            lines += [pad + "items:", pad + "  type: string"]
        elif shape == "integer":
            lines += [pad + "format: int64"]
        elif shape == "object":
            lines += [pad + "properties:"]
            for _ in range(2 + int(self._numbers.random() * 3)):
                lines += self.property(indent + 4, depth + 1)
        types = {"enum": "string", "list": "array", "map": "object"}
        return [*lines, pad + "type: " + types.get(shape, shape)]


def camel(words: Sequence[str]) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def text_size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def definition(numbers: random.Random, group: str, kind: str, size: int) -> str:
    """Return a CustomResourceDefinition of about `size` bytes."""
    writer = Writer(numbers, kind)
    singular = kind.lower()
    head = HEAD.format(group=group, kind=kind, plural=singular + "s", singular=singular)
    tail = TAIL.format(kind=kind)
    lines: list[str] = []
    length = len(head) + len(tail)
    while length < size or not lines:
        added = writer.property(indent=18)
        if length + text_size(added) > size * 1.1:
            # Too large for the remaining size: a property without any below it is the smallest.
            added = writer.property(indent=18, depth=DEEPEST)
        lines += added
        length += text_size(added)
    return head + "".join(line + "\n" for line in lines) + tail


HEAD = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    controller-gen.kubebuilder.io/version: v0.18.0
  name: {plural}.{group}
spec:
  group: {group}
  names:
    categories:
    - crossplane
    - managed
    kind: {kind}
    listKind: {kind}List
    plural: {plural}
    singular: {singular}
  scope: Namespaced
  versions:
  - additionalPrinterColumns:
    - jsonPath: .status.conditions[?(@.type=='Synced')].status
      name: SYNCED
      type: string
    - jsonPath: .status.conditions[?(@.type=='Ready')].status
      name: READY
      type: string
    - jsonPath: .metadata.creationTimestamp
      name: AGE
      type: date
    name: v1beta1
    schema:
      openAPIV3Schema:
        description: {kind} is the schema of a managed resource.
        properties:
          apiVersion:
            type: string
          kind:
            type: string
          metadata:
            type: object
          spec:
            properties:
              forProvider:
                properties:
"""
TAIL = """\
                type: object
            required:
            - forProvider
            type: object
          status:
            description: {kind}Status is the observed state of a {kind}.
            properties:
              conditions:
                items:
                  properties:
                    reason:
                      type: string
                    status:
                      type: string
                    type:
                      type: string
                  required:
                  - reason
                  - status
                  - type
                  type: object
                type: array
                x-kubernetes-list-map-keys:
                - type
                x-kubernetes-list-type: map
            type: object
        required:
        - spec
        type: object
    served: true
    storage: true
    subresources:
      status: {{}}
"""
META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-{name}
  annotations:
    meta.crossplane.io/description: Generated, to measure how long {files} definitions take.
spec:
  crossplane:
    version: ">=v2.0.0"
"""


def kinds(numbers: random.Random, count: int) -> list[str]:
    """Return `count` different kinds, such as SnapshotPolicy."""
    found: dict[str, None] = {}
    while len(found) < count:
        qualifiers = [QUALIFIERS[int(numbers.random() * len(QUALIFIERS))]]
        if len(found) > len(QUALIFIERS) * len(NOUNS) // 4:
            qualifiers.append(QUALIFIERS[int(numbers.random() * len(QUALIFIERS))])
        noun = NOUNS[int(numbers.random() * len(NOUNS))]
        found["".join(word.capitalize() for word in (*qualifiers, noun))] = None
    return list(found)


def package(name: str, files: int, size: int) -> dict[str, str]:
    """Return a package's files, as path within the package to text.

    It depends on its arguments alone: package p007 is the same among 10 packages and among 200.
    """
    numbers = random.Random(f"{SEED}/{name}")
    group = f"{name}.benchmark.example.org"
    result = {"crossplane.yaml": META.format(name=name, files=files)}
    for kind in kinds(numbers, files):
        result[f"crds/{group}_{kind.lower()}s.yaml"] = definition(numbers, group, kind, size)
    return result


def generate(directory: Path, packages: int, files: int, size: int, pants: bool) -> int:
    """Write the packages below `directory` and return how many bytes of YAML they have."""
    total = 0
    for number in range(packages):
        name = f"p{number:03d}"
        contents = package(name, files, size)
        total += sum(map(len, contents.values()))
        if pants:
            contents["BUILD"] = "xpkg_package()\n"
        for path, text in contents.items():
            target = directory / "packages" / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            # Bytes, so that no platform converts line ends.
            target.write_bytes(text.encode("ascii"))
    return total


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Write Provider packages of CustomResourceDefinitions, the same in every run."
    )
    parser.add_argument("directory", type=Path, metavar="DIR", help="a new or empty directory")
    parser.add_argument("--packages", type=positive, default=200, help="(default: %(default)s)")
    parser.add_argument("--files", type=positive, default=20, help="each (default: %(default)s)")
    parser.add_argument(
        "--bytes", type=positive, default=4500, help="of each file, about (default: %(default)s)"
    )
    parser.add_argument("--pants", action="store_true", help="write BUILD files as well")
    options = parser.parse_args(arguments)
    if options.directory.exists() and any(options.directory.iterdir()):
        # Existing files would be measured, too.
        parser.error(f"{options.directory} is not empty: give a new or empty directory")
    total = generate(
        options.directory, options.packages, options.files, options.bytes, options.pants
    )
    print(
        f"{options.packages} packages of {options.files} definitions, {total / 1e6:.1f} MB, "
        f"below {options.directory}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
