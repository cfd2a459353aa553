"""Finds the package in an image: package.yaml and the examples.

This follows the package manager (source: crossplane-runtime pkg/xpkg client.go): the package is in
the layer that is annotated as `base` or, in an image without one, in the file system made of all
layers. In the latter we use only package.yaml in the top folder, as Crossplane up to v2.1 and
`xpkg extract` do. v2.2 and later use the first file of that name in any folder, which may belong to
the program that the image runs: OTHER_PACKAGE_YAML reports where that is a different file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Mapping

from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.oci.image_error import (
    DIGEST_DIFFERS,
    SIZE_DIFFERS,
    ImageError,
    finding_of,
    over_limit,
)
from xpkg_tool.oci.read.layer_reader import (
    MAX_UNCOMPRESSED,
    NO_PACKAGE_YAML,
    OTHER_PACKAGE_YAML,
    Budget,
    LayerContent,
    ancestors,
    read_layer,
)
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, StoredImage, kind_of
from xpkg_tool.oci.write.layer import BASE, BASE_FILE, EXAMPLES, EXAMPLES_FILE

SEVERAL_BASE_LAYERS = Rule(
    "XP907",
    "several-base-layers",
    "Several layers are marked as the package.",
    fatal=True,
    also=WARNING,
)

# How the package was found.
BY_ANNOTATION = "annotation"
BY_LABEL = "label"
BY_FILE_SYSTEM = "file system"

# The files of a package.
FILES = frozenset({BASE_FILE, EXAMPLES_FILE})


@dataclass(frozen=True)
class PackageFiles:
    """The package in an image. `found_by` is one of the constants above. `package` and `examples`
    are None if the image has no such file. `layers` are those that were read, by their index in the
    image. `faults` concern the layers and the location of the files, not their contents."""

    found_by: str
    package: bytes | None
    examples: bytes | None
    layers: Mapping[int, LayerContent]
    faults: tuple[Finding, ...]


def read_package(
    image: StoredImage,
    *,
    files: frozenset[str] = FILES,
    all_layers: bool = False,
    tolerate: Callable[[ImageError], None] | None = None,
) -> PackageFiles:
    """Reads the layers that `files` of the package can be in, from the top one down, or all layers.

    A damaged layer causes faults. If a layer cannot be read at all (its blob is missing, it exceeds
    a limit, a name leads out of the image), ImageError is raised or, with `tolerate`, passed to
    that and the layer is skipped. Raises PublishError if a registry fails.
    """
    reading = _Reading(image, tolerate)
    annotated = [(kind_of(layer), n) for n, layer in enumerate(image.layers)]
    bases = [n for kind, n in annotated if kind == BASE]
    examples = [n for kind, n in annotated if kind == EXAMPLES]
    faults = [*_several(image, bases, BASE), *_several(image, examples, EXAMPLES)]
    if bases:
        found_by = BY_LABEL if image.form == DOCKER_ARCHIVE else BY_ANNOTATION
        wanted = {n: {EXAMPLES_FILE} for n in examples[:1] if EXAMPLES_FILE in files}
        wanted[bases[0]] = {BASE_FILE}
        for place in reversed(range(len(image.layers))):
            if all_layers or place in wanted:
                reading.read(place, wanted.get(place, set()))
        base = reading.layers.get(bases[0])
        faults += _place_in_base(image, base) if base else ()
    else:
        found_by = BY_FILE_SYSTEM
        faults += _read_file_system(reading, files, all_layers)
    named = BASE_FILE in reading.files or any(f.code == OTHER_PACKAGE_YAML.code for f in faults)
    if reading.complete and not named:
        faults.append(_no_package(image, bases))
    return PackageFiles(
        found_by,
        reading.files.get(BASE_FILE),
        reading.files.get(EXAMPLES_FILE),
        reading.layers,
        (*reading.faults, *faults),
    )


class _Reading:
    """The layers read so far, and the wanted files in them."""

    def __init__(self, image: StoredImage, tolerate: Callable[[ImageError], None] | None) -> None:
        self.image, self._tolerate = image, tolerate
        self.layers: dict[int, LayerContent] = {}
        self.files: dict[str, bytes] = {}
        self.faults: list[Finding] = []
        # False if a layer could not be read: then it is not known what is missing.
        self.complete = True
        self._budget = Budget()
        self._known: dict[str, LayerContent] = {}

    def read(self, place: int, wanted: set[str]) -> LayerContent | None:
        layer = self.image.layers[place]
        content = self._known.get(layer.digest)
        if content is None or wanted:
            try:
                if layer.size > MAX_UNCOMPRESSED:
                    # Do not even request it.
                    raise over_limit(
                        self.image.source, f"Layer {layer.digest} has", MAX_UNCOMPRESSED, "bytes"
                    )
                content = read_layer(self.image, layer, wanted, self._budget)
            except ImageError as error:
                if self._tolerate is None:
                    raise
                self.complete = False
                self._tolerate(error)
                return None
            self._budget = self._budget.without(content)
            faults = _layer_faults(self.image, place, content)
            self.faults += [fault for fault in faults if fault not in self.faults]
            self.complete &= not faults
            self.files.update(content.files)
            content = replace(content, files={})
            self._known[layer.digest] = content
        self.layers[place] = content
        return content


def _layer_faults(image: StoredImage, place: int, content: LayerContent) -> list[Finding]:
    layer, faults = image.layers[place], []
    if content.size != layer.size:
        faults.append(
            finding_of(
                image.source,
                f"Layer {layer.digest} has {content.size:,} bytes, but the manifest says "
                f"{layer.size:,}",
                rule=SIZE_DIFFERS,
            )
        )
    if content.digest != layer.digest:
        faults.append(
            finding_of(
                image.source,
                f"The content of layer {layer.digest} does not match its digest; it has "
                f"{content.digest}",
                rule=DIGEST_DIFFERS,
            )
        )
    elif content.fault:
        # Reported only if the digest matches: otherwise the layer is simply damaged.
        faults.append(content.fault)
    return faults


def _read_file_system(reading: _Reading, files: frozenset[str], all_layers: bool) -> list[Finding]:
    """Reads the file system made of the layers, as far as it can contain `files`."""
    image = reading.image
    hidden = _Hidden()
    packages: list[str] = []
    for place in reversed(range(len(image.layers))):
        wanted = {name for name in files if name not in hidden}
        if not wanted and not all_layers:
            break
        content = reading.read(place, wanted)
        if content is not None:
            packages += [name for name in content.packages if name not in hidden]
            hidden.add(content)
    if not packages or packages[0] == BASE_FILE:
        return []
    none = "" if BASE_FILE in reading.files else f"; there is no {BASE_FILE} in the top folder"
    return [
        finding_of(
            image.source,
            f"No layer is annotated, and Crossplane v2.2 and later uses {packages[0]!a} as the "
            f"package: the first file called {BASE_FILE}, from the top layer down{none}",
            "Annotate the package's layer with io.crossplane.xpkg: base, as `pants package` does.",
            rule=OTHER_PACKAGE_YAML,
        )
    ]


class _Hidden:
    """What upper layers hide in lower ones (image specification, layer.md)."""

    def __init__(self) -> None:
        self._gone: set[str] = set()
        self._emptied: set[str] = set()

    def add(self, layer: LayerContent) -> None:
        self._gone |= layer.removed | layer.covered
        self._emptied |= layer.emptied

    def __contains__(self, name: str) -> bool:
        folders = ancestors(name)
        return (
            name in self._gone
            or not self._gone.isdisjoint(folders)
            or not self._emptied.isdisjoint(folders)
        )


def _several(image: StoredImage, places: list[int], kind: str) -> list[Finding]:
    if len(places) < 2:
        return []
    digests = ", ".join(image.layers[place].digest for place in places)
    found = finding_of(
        image.source,
        f"{len(places)} layers are annotated as io.crossplane.xpkg: {kind}, and it is not clear "
        f"which one is meant: {digests}",
        "Annotate only one layer.",
        rule=SEVERAL_BASE_LAYERS,
    )
    # The package manager does not look at examples.
    return [found if kind == BASE else found._replace(severity=WARNING)]


def _place_in_base(image: StoredImage, base: LayerContent) -> list[Finding]:
    """Findings if not all readers would use the same file from the base layer."""
    name = base.named.get(BASE_FILE)
    # What is missing in a damaged layer is not known.
    if not base.packages or (name is None and base.fault):
        return []
    if name is None:
        return [
            finding_of(
                image.source,
                f"The base layer has no {BASE_FILE} in its top folder; Crossplane v2.2 and later "
                f"uses {base.packages[0]!a} as the package, and older releases find none",
                f"Put {BASE_FILE} into the top folder of the base layer, as `pants package` does.",
                rule=OTHER_PACKAGE_YAML,
            )
        ]
    if base.packages[0] != BASE_FILE:
        return [
            finding_of(
                image.source,
                f"The base layer has {base.packages[0]!a} before {BASE_FILE}; Crossplane v2.2 "
                "and later uses that as the package",
                f"Leave everything but {BASE_FILE} out of the base layer.",
                rule=OTHER_PACKAGE_YAML,
            )
        ]
    if name == BASE_FILE:
        return []
    other = finding_of(
        image.source,
        f"In the base layer {BASE_FILE} is named {name!a}; Crossplane up to v2.1 and "
        f"`crossplane xpkg extract` look for exactly {BASE_FILE}",
        "Build the package with `pants package`.",
        rule=OTHER_PACKAGE_YAML,
    )
    return [other._replace(severity=WARNING)]


def _no_package(image: StoredImage, bases: list[int]) -> Finding:
    where = "the layer annotated as io.crossplane.xpkg: base" if bases else "the image"
    return finding_of(
        image.source,
        f"There is no {BASE_FILE} in {where}",
        "Name the image of a package; the image that runs a provider or function is not one.",
        rule=NO_PACKAGE_YAML,
    )
