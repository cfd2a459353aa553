"""A package before it is packed: its meta object, its objects in their order, its examples."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

from xpkg_tool.oci.write.content import Content
from xpkg_tool.package.file import FileAnalysis, Object


class Meta(NamedTuple):
    """The meta object and its value."""

    object: Object
    value: Mapping[str, Any]


class PackageContent(NamedTuple):
    """The content of a package's files. In a valid package, `metas` has one entry."""

    metas: tuple[Meta, ...]
    objects: tuple[Object, ...]
    examples: tuple[Object, ...]


def gather(sources: Sequence[FileAnalysis], examples: Sequence[FileAnalysis]) -> PackageContent:
    """The content of these files, ordered by path and position in the file."""
    ordered = in_walk_order(sources)
    return PackageContent(
        metas=tuple(Meta(object, value) for file in ordered for object, value in file.metas),
        objects=tuple(o for file in ordered for o in file.objects if not o.is_meta),
        examples=tuple(o for file in in_walk_order(examples) for o in file.objects),
    )


def in_walk_order(files: Iterable[FileAnalysis]) -> list[FileAnalysis]:
    """The files in the order of upstream's walk: by path components, compared as bytes."""
    return sorted(files, key=lambda file: walk_key(file.path))


def walk_key(path: str) -> tuple[bytes, ...]:
    """A sort key by which `a/b.yaml` comes before `a-b.yaml`."""
    return tuple(part.encode("utf-8", "surrogateescape") for part in path.split("/"))


def package_yaml(content: PackageContent) -> Content:
    """The stream of the base layer: the meta object first, each document as written, with `---`
    before, between and after (docs/package-format.md)."""
    return _stream([*(meta.object for meta in content.metas), *content.objects])


def examples_yaml(content: PackageContent) -> Content:
    """The stream of the examples layer; empty if there are no examples."""
    return _stream(content.examples)


_SEPARATOR = b"---\n"


def _stream(objects: Sequence[Object]) -> Content:
    if not objects:
        return Content.of(b"")
    size = sum(o.document.size + len(_SEPARATOR) for o in objects)
    return Content(len(_SEPARATOR) + size, lambda: _parts(objects))


def _parts(objects: Sequence[Object]) -> Iterator[bytes]:
    yield _SEPARATOR
    for object in objects:
        yield object.document.data
        yield _SEPARATOR
