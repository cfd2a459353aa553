"""`xpkg inspect`: shows what is in a package, for people and for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from xpkg_tool.building.description import describe_meta
from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.inspection.extraction import read_sound
from xpkg_tool.inspection.source import Connect, opened
from xpkg_tool.lint.analysis import analyse_example, analyse_source
from xpkg_tool.messages.codec import to_json
from xpkg_tool.oci.manifests import ImageConfig
from xpkg_tool.oci.read.package_files import PackageFiles
from xpkg_tool.oci.stored_image import StoredImage, kind_of, read_config
from xpkg_tool.oci.write.image import ANNOTATION
from xpkg_tool.oci.write.layer import BASE_FILE, EXAMPLES_FILE
from xpkg_tool.package.content import Meta, gather
from xpkg_tool.package.file import FileAnalysis, Object


class LayerInfo(NamedTuple):
    """A layer: its descriptor in the manifest, and its diff ID in the config (or ""). `kind` is its
    annotation `io.crossplane.xpkg`, or None."""

    kind: str | None
    media_type: str
    size: int
    digest: str
    diff_id: str
    annotations: Mapping[str, str]


class ObjectInfo(NamedTuple):
    """An object. `line` (from 1) is where it begins in package.yaml or the examples."""

    api_version: str
    kind: str
    name: str
    line: int


class Inspection(NamedTuple):
    """What is in a package.

    `form` is what it was read from and `found_by` how the package was found in the image
    (stored_image, package_files). `size` is that of manifest, config and layers, in bytes. `meta`
    is as in the description of a package, with `line` instead of its file; None if there is no meta
    object. `whole` says that all documents could be read; if not, `verify` says why.
    """

    source: str
    form: str
    found_by: str
    digest: str
    index_digest: str
    media_type: str
    config_digest: str
    size: int
    platform: str
    labels: Mapping[str, str]
    layers: tuple[LayerInfo, ...]
    meta: Mapping[str, Any] | None
    package_size: int
    objects: tuple[ObjectInfo, ...]
    examples: tuple[ObjectInfo, ...]
    whole: bool

    def to_json(self) -> dict[str, Any]:
        """A value for json.dumps: names in camel case, in a fixed order; of the place it was read
        from only `source`, as it was given."""
        fields: dict[str, Any] = to_json(self)
        return {**fields, "indexDigest": self.index_digest or None}

    def to_text(self) -> str:
        """Lines for people; characters that could control a terminal are escaped."""
        return "\n".join(visible(line) for line in _lines(self)) + "\n"


def inspect(
    source: str,
    *,
    env: Mapping[str, str] | None = None,
    insecure: Collection[str] = (),
    connect: Connect | None = None,
) -> Inspection:
    """The contents of the package that `source` names (source.opened). Reads only the layers with
    the package. Raises ImageError if that fails. Does not check the objects, which `verify` does.
    """
    with opened(source, env=env, insecure=insecure, connect=connect) as image:
        files = read_sound(image)
        config = read_config(image)
    return _inspection(image, config, files)


def _inspection(image: StoredImage, config: ImageConfig, files: PackageFiles) -> Inspection:
    assert files.package is not None
    sources = [analyse_source(BASE_FILE, files.package)]
    examples: list[FileAnalysis] = []
    if files.examples is not None:
        examples.append(analyse_example(EXAMPLES_FILE, files.examples))
    content = gather(sources, examples)
    return Inspection(
        source=image.source,
        form=image.form,
        found_by=files.found_by,
        digest=image.digest,
        index_digest=image.index_digest,
        media_type=image.media_type,
        config_digest=image.config.digest,
        size=len(image.manifest) + sum(blob.size for blob in image.blobs),
        platform=f"{config.os}/{config.architecture}".strip("/"),
        labels=dict(sorted(config.labels.items())),
        layers=_layers(image, config),
        meta=_meta(content.metas[0]) if content.metas else None,
        package_size=len(files.package),
        objects=tuple(_object(o) for o in content.objects),
        examples=tuple(_object(o) for o in content.examples),
        whole=all(file.whole for file in (*sources, *examples)),
    )


def _layers(image: StoredImage, config: ImageConfig) -> tuple[LayerInfo, ...]:
    # If their number differs, they cannot be assigned to layers; `verify` reports that.
    known = len(config.diff_ids) == len(image.layers)
    diff_ids = config.diff_ids if known else ("",) * len(image.layers)
    return tuple(
        LayerInfo(
            kind_of(layer),
            layer.media_type,
            layer.size,
            layer.digest,
            diff_id,
            dict(sorted(layer.annotations.items())),
        )
        for layer, diff_id in zip(image.layers, diff_ids)
    )


def _meta(meta: Meta) -> dict[str, Any]:
    described = describe_meta(meta, "")
    del described["file"]
    return {**described, "line": meta.object.document.line}


def _object(object: Object) -> ObjectInfo:
    return ObjectInfo(object.kind.api_version, object.kind.kind, object.name, object.document.line)


def _lines(inspection: Inspection) -> Iterator[str]:
    meta = inspection.meta
    if meta is not None:
        yield f"{meta['kind']} {meta['name']} ({meta['apiVersion']})"
        if meta["crossplane"]:
            yield f"  crossplane {meta['crossplane']}"
        for needed in meta["dependencies"]:
            yield f"  depends on {needed['kind']} {needed['package']} {needed['constraint']}"
    else:
        yield "No meta object"
    yield f"digest    {inspection.digest}"
    if inspection.index_digest:
        yield f"index     {inspection.index_digest}"
    yield f"config    {inspection.config_digest}"
    yield f"platform  {inspection.platform or 'none'}"
    yield f"size      {inspection.size:,} bytes"
    yield f"read from {inspection.form}; the package was found by {inspection.found_by}"
    yield f"{_counted(len(inspection.layers), 'layer')}:"
    for layer in inspection.layers:
        yield f"  {layer.kind or '-':<8} {layer.size:>12,}  {layer.digest}"
    labels = {k: v for k, v in inspection.labels.items() if not k.startswith(f"{ANNOTATION}:")}
    if labels:
        yield f"{_counted(len(labels), 'label')}:"
        yield from (f"  {key}={value}" for key, value in labels.items())
    yield from _object_lines("object", inspection.objects)
    yield from _object_lines("example", inspection.examples)
    if not inspection.whole:
        yield "Some documents cannot be read: `xpkg verify` says why."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _object_lines(what: str, objects: tuple[ObjectInfo, ...]) -> Iterator[str]:
    if objects:
        yield f"{_counted(len(objects), what)}:"
        yield from (f"  {o.kind} {o.name} ({o.api_version})" for o in objects)
