"""An image index: one package for several platforms (image specification 1.1, image-index.md)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Sequence

from xpkg_tool.diagnostics.errors import ARCHIVE, PublishError, publish_error
from xpkg_tool.oci.manifests import ImageConfig, StoredManifest
from xpkg_tool.oci.stored_image import StoredImage, read_config
from xpkg_tool.oci.write.image import INDEX_TYPE, compact_json
from xpkg_tool.oci.write.layer import sha256

# The entry of an index that the package manager uses, wherever it runs.
_REQUIRED = "linux/amd64"


def build_index(images: Sequence[StoredImage]) -> StoredManifest:
    """The index of `images`, in any order: entries are sorted by platform, which comes from each
    image's config. Raises PublishError for an image without a platform (crossplane#4977), for two
    with the same one, and if none is for linux/amd64."""
    configs = {image.digest: read_config(image) for image in images}
    by_platform: dict[str, list[StoredImage]] = defaultdict(list)
    for image in images:
        by_platform[_named(image, configs[image.digest])].append(image)
    for platform, same in by_platform.items():
        if len(same) > 1:
            raise _refused(
                f"{' and '.join(image.source for image in same)} are for the same platform, "
                f"{platform}",
                "Publish one per platform. A package without a runtime is the same for all "
                "platforms: publish it alone.",
            )
    if _REQUIRED not in by_platform:
        raise _refused(
            f"None of the packages is for {_REQUIRED}, which the package manager uses; they are "
            f"for {', '.join(sorted(by_platform))}",
            f"Add the package for {_REQUIRED}.",
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
            f"{image.source} does not specify its platform (os {config.os!r}, architecture "
            f"{config.architecture!r})",
            "Build it again: each package in an index needs a platform in its config.",
        )
    parts = (config.os, config.architecture, config.variant, config.os_version)
    return "/".join(filter(None, parts))


def _platform(config: ImageConfig) -> dict[str, Any]:
    """The platform, with fields in the order in which go-containerregistry writes them."""
    platform = {
        "architecture": config.architecture,
        "os": config.os,
        "os.version": config.os_version,
        "variant": config.variant,
    }
    return {name: value for name, value in platform.items() if value}


def _refused(message: str, remedy: str) -> PublishError:
    return publish_error(ARCHIVE, message, remedy)
