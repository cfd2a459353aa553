"""One package for several platforms: an image for each, with a runtime of its own."""

from __future__ import annotations

from pathlib import Path

from tests.xpkg_tool.images import Image, package_layers


def image(architecture: str, os: str = "linux", **config: str) -> Image:
    """For one platform; `config` are more fields of its config."""
    made = Image(
        (f"runtime for {architecture}".encode(), None),
        *package_layers(),
        platform=(os, architecture),
    )
    made.config.update(config)
    return made


def files(folder: Path, *images: Image) -> list[str]:
    """The images as files in `folder`."""
    return [str(i.archive(folder / f"{n}.xpkg")) for n, i in enumerate(images)]
