"""The description of a package, `<name>.xpkg.json`, for programs (docs/package-format.md)."""

from __future__ import annotations

import json
from typing import Any, Mapping

from xpkg_tool import FORMAT_VERSION, VERSION
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.oci.write.image import LAYER_TYPE, Image
from xpkg_tool.package.content import Meta, PackageContent
from xpkg_tool.package.file import Object
from xpkg_tool.package.names import friendly_id


def describe(content: PackageContent, image: Image, root: str) -> dict[str, Any]:
    """The description of a built package. File names are relative to `root`."""
    meta = content.metas[0]
    return {
        "formatVersion": FORMAT_VERSION,
        "toolVersion": VERSION,
        "digest": image.digest,
        "configDigest": image.config_digest,
        "friendlyId": friendly_id(meta.object.name, image.digest),
        "layers": [
            {
                "kind": layer.kind,
                "mediaType": LAYER_TYPE,
                "size": layer.size,
                "digest": layer.digest,
                "diffId": layer.diff_id,
            }
            for layer in image.layers
        ],
        "meta": describe_meta(meta, root),
        "objects": [_object(o, root) for o in content.objects],
        "examples": [_object(o, root) for o in content.examples],
    }


def to_text(description: Mapping[str, Any]) -> bytes:
    """The description as the file's bytes."""
    return (json.dumps(description, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def relative(path: str, root: str) -> str:
    """`path` relative to `root`, so that moving a folder does not change its description."""
    return path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path


def _object(object: Object, root: str) -> dict[str, str]:
    return {
        "apiVersion": object.kind.api_version,
        "kind": object.kind.kind,
        "name": object.name,
        "file": relative(object.document.path, root),
    }


def describe_meta(meta: Meta, root: str) -> dict[str, Any]:
    """The meta object, its constraint for Crossplane and its dependencies."""
    spec = meta.value.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    crossplane = spec.get("crossplane")
    return {
        **_object(meta.object, root),
        "crossplane": crossplane.get("version") if isinstance(crossplane, dict) else None,
        "dependencies": [
            {
                "apiVersion": dependency.api_version,
                "kind": dependency.kind,
                "package": dependency.package,
                "constraint": dependency.constraint,
            }
            for dependency in dependencies(meta.value)
        ],
    }
