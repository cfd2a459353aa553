"""An image index: one package for several platforms (image specification 1.1, image-index.md)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Sequence

from xpkg_tool.diagnostics.errors import ARCHIVE, PublishError, publish_error
from xpkg_tool.oci.artifact import StoredManifest
from xpkg_tool.oci.manifests import ImageConfig
from xpkg_tool.oci.stored_image import StoredImage, read_config
from xpkg_tool.oci.write.image import INDEX_TYPE, compact_json
from xpkg_tool.oci.write.layer import sha256

# What the package manager takes out of an index, wherever it runs.
_TAKEN = "linux/amd64"


def build_index(images: Sequence[StoredImage]) -> StoredManifest:
    """The index of `images`, whose order does not matter: entries are sorted by platform, which is
    that of each image's config. Raises PublishError for an image without a platform
    (crossplane#4977), for two with the same, and where none is for linux/amd64."""
    configs = {image.digest: read_config(image) for image in images}
    by_platform: dict[str, list[StoredImage]] = defaultdict(list)
    for image in images:
        by_platform[_named(image, configs[image.digest])].append(image)
    for platform, same in by_platform.items():
        if len(same) > 1:
            raise _refused(
                f"{' and '.join(image.source for image in same)} are for the same platform, "
                f"{platform}",
                "Publish one for each platform. A package without a runtime is the same for all of "
                "them: publish it alone.",
            )
    if _TAKEN not in by_platform:
        raise _refused(
            f"None of the packages is for {_TAKEN}, and that is what the package manager takes; "
            f"they are for {', '.join(sorted(by_platform))}",
            "Add that one.",
        )
    ordered = [same[0] for _, same in sorted(by_platform.items())]
    content = compact_json(
        {
            "schemaVersion": 2,
            "mediaType": INDEX_TYPE,
            "manifests": [
                {
                    "mediaType": image.media_type,
                    "size": len(image.manifest),
                    "digest": image.digest,
                    "platform": _platform(configs[image.digest]),
                }
                for image in ordered
            ],
        }
    )
    return StoredManifest(INDEX_TYPE, sha256(content), content)


def _named(image: StoredImage, config: ImageConfig) -> str:
    if not config.os or not config.architecture:
        raise _refused(
            f"{image.source} says of no platform that it is for it (os {config.os!r}, architecture "
            f"{config.architecture!r})",
            "Build it again: packages of several platforms say in their config which one each is "
            "for.",
        )
    parts = (config.os, config.architecture, config.variant, config.os_version)
    return "/".join(filter(None, parts))


def _platform(config: ImageConfig) -> dict[str, Any]:
    """In the order in which go-containerregistry writes it."""
    platform = {
        "architecture": config.architecture,
        "os": config.os,
        "os.version": config.os_version,
        "variant": config.variant,
    }
    return {name: value for name, value in platform.items() if value}


def _refused(message: str, remedy: str) -> PublishError:
    return publish_error(ARCHIVE, message, remedy)
