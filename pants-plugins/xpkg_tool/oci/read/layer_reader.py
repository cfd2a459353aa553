"""Reads one layer: its digests, the wanted files in it, and what it hides in the layers below."""

from __future__ import annotations

import posixpath
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from typing import Callable, Collection, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.oci.blobs import CHUNK
from xpkg_tool.oci.image_error import ImageError, finding_of, image_error, over_limit
from xpkg_tool.oci.manifests import Descriptor
from xpkg_tool.oci.read.layer_stream import BadStream, LayerStream, TooLarge
from xpkg_tool.oci.read.tar_reader import FOLDER, REGULAR, Broken, Member, members
from xpkg_tool.oci.stored_image import StoredImage
from xpkg_tool.oci.write.layer import BASE_FILE

NO_PACKAGE_YAML = Rule("XP909", "no-package-yaml", "The image holds no package.yaml.", fatal=True)
OTHER_PACKAGE_YAML = Rule(
    "XP910",
    "other-package-yaml",
    "Different versions of Crossplane find different package.yaml files.",
)
LAYER_UNREADABLE = Rule("XP911", "layer-unreadable", "A layer cannot be read.", fatal=True)

# In bytes. The package manager reads this much of package.yaml, and silently drops the rest.
MAX_FILE = 200 * 1024 * 1024
MAX_UNCOMPRESSED = 4 * 1024 * 1024 * 1024
# In all layers of an image. Reading a header takes as long as reading kilobytes of content.
MAX_MEMBERS = 500_000
# The memory for the names to keep, in all layers of an image, in bytes; each name takes
# _NAME_OVERHEAD in addition to its length.
MAX_NAMES = 32 * 1024 * 1024
_NAME_OVERHEAD = 128

_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"


@dataclass(frozen=True)
class LayerContent:
    """What was found in a layer. Names are relative to the image's top folder, without `./`.

    `digest` and `size` are those of the stored bytes. If the layer could not be read to its end,
    `fault` says why, and `diff_id` is None. `files` has the wanted files that exist; `named` has
    their names as written in the layer (`./package.yaml`). `removed` and `emptied` are what
    whiteouts and opaque whiteouts hide in the layers below (image specification, layer.md);
    `covered` are the wanted paths and their parent folders that are not folders here. `packages`
    are the files called package.yaml in any folder, in order. `members` and `names` are how much of
    the budget was used.
    """

    digest: str
    size: int
    diff_id: str | None
    plain_size: int
    fault: Finding | None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    named: Mapping[str, str] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    covered: frozenset[str] = frozenset()
    packages: tuple[str, ...] = ()
    members: int = 0
    names: int = 0


@dataclass(frozen=True)
class Budget:
    """What the remaining layers may contain: `size` decompressed bytes, `members` of their tars,
    and `names`, the bytes for names to keep. It depends only on the contents of layers, so that
    every machine refuses the same images."""

    size: int = MAX_UNCOMPRESSED
    members: int = MAX_MEMBERS
    names: int = MAX_NAMES

    def without(self, layer: LayerContent) -> Budget:
        return Budget(
            self.size - layer.plain_size, self.members - layer.members, self.names - layer.names
        )


def read_layer(
    image: StoredImage, layer: Descriptor, wanted: Collection[str], budget: Budget
) -> LayerContent:
    """Reads a layer once, completely. `wanted` are the paths of files whose content is kept.

    A damaged layer is a fault of the result. Raises ImageError for a layer that exceeds a limit,
    has a name that leads out of the image, or has a wanted file twice (and what the source raises).
    """
    with closing(image.stream(layer)) as raw:
        stream = LayerStream(raw, budget.size)
        scan = _Scan(image.source, layer, frozenset(wanted), budget)
        fault = None
        try:
            # Each member may have extra headers for its name, for its link and for the rest.
            for member, read in members(stream, 4 * budget.members + 4):
                scan.add(member, read)
            stream.drain()
        except TooLarge:
            raise over_limit(
                image.source, "Decompressed, its layers have", MAX_UNCOMPRESSED, "bytes"
            ) from None
        except (Broken, BadStream) as error:
            fault = finding_of(
                image.source,
                f"Layer {layer.digest} cannot be read: {error}",
                rule=LAYER_UNREADABLE,
            )
            stream.drain_stored()
    return LayerContent(
        stream.digest,
        stream.size,
        stream.diff_id if fault is None else None,
        stream.plain_size,
        fault,
        scan.files,
        scan.named,
        frozenset(scan.removed),
        frozenset(scan.emptied),
        frozenset(scan.covered),
        tuple(scan.packages),
        scan.members,
        scan.names,
    )


class _Scan:
    """Collects the relevant members of a layer."""

    def __init__(
        self, source: str, layer: Descriptor, wanted: frozenset[str], budget: Budget
    ) -> None:
        self._source, self._layer, self._wanted = source, layer, wanted
        self._budget = budget
        self._ways = wanted.union(*map(ancestors, wanted))
        self.files: dict[str, bytes] = {}
        self.named: dict[str, str] = {}
        self.removed: set[str] = set()
        self.emptied: set[str] = set()
        self.covered: set[str] = set()
        self.packages: list[str] = []
        self.members = self.names = 0

    def add(self, member: Member, read: Callable[[int], bytes]) -> None:
        self.members += 1
        if self.members > self._budget.members:
            raise over_limit(self._source, "Its layers contain", MAX_MEMBERS, "files")
        name = self._name(member)
        folder, base = posixpath.split(name)
        if base == _OPAQUE:
            self._keep(folder)
            self.emptied.add(folder)
        elif base.startswith(_WHITEOUT):
            self._keep(name)
            self.removed.add(posixpath.join(folder, base[len(_WHITEOUT) :]))
        elif member.kind != FOLDER:
            if base == BASE_FILE:
                self._keep(name)
                self.packages.append(name)
            if name in self._ways:
                self._cover(name, member, read)

    def _keep(self, name: str) -> None:
        self.names += len(name) + _NAME_OVERHEAD
        if self.names > self._budget.names:
            raise over_limit(
                self._source,
                "The names of files that its layers remove, or called package.yaml, have",
                MAX_NAMES,
                "bytes",
            )

    def _cover(self, name: str, member: Member, read: Callable[[int], bytes]) -> None:
        if name in self._wanted:
            if name in self.covered:
                raise self._error(f"{name} appears twice", OTHER_PACKAGE_YAML)
            if member.kind != REGULAR:
                raise self._error(f"{name} is not a file but a {member.kind}", NO_PACKAGE_YAML)
            if member.size > MAX_FILE:
                raise over_limit(self._source, f"{name} in it has", MAX_FILE, "bytes")
            content = BytesIO()
            for piece in iter(lambda: read(CHUNK), b""):
                content.write(piece)
            self.files[name] = content.getvalue()
            self.named[name] = member.name
        self.covered.add(name)

    def _name(self, member: Member) -> str:
        """The name as every runtime interprets it: relative to the image's top folder."""
        parts = [part for part in member.name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise self._error(
                f"the name {member.name[:200]!a} leads out of the image",
                LAYER_UNREADABLE,
            )
        return "/".join(parts)

    def _error(self, what: str, rule: Rule) -> ImageError:
        return image_error(self._source, f"In layer {self._layer.digest}, {what}", rule=rule)


def ancestors(path: str) -> frozenset[str]:
    """The parent folders of `path`, including the top one ("")."""
    parts = path.split("/")[:-1]
    return frozenset("/".join(parts[:n]) for n in range(len(parts) + 1))
