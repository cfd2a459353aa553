"""The error of reading images: what is wrong, where, and the remedy."""

from __future__ import annotations

from xpkg_tool.diagnostics import codes
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.diagnostics.finding import Finding


class ImageError(PublishError):
    """An image cannot be read, or exceeds a limit. `finding.path` is the file, folder or reference.
    It is a PublishError because an image that cannot be read cannot be published either."""


def image_error(
    path: str, message: str, remedy: str = "", *, code: str = codes.IMAGE_UNREADABLE
) -> ImageError:
    return ImageError(finding_of(path, message, remedy, code=code))


def finding_of(
    path: str, message: str, remedy: str = "", *, code: str = codes.IMAGE_UNREADABLE
) -> Finding:
    """A finding about the image at `path`, with a general remedy if none is given."""
    return Finding(code, f"{message}.", remedy or _REMEDIES.get(code, _AGAIN), path)


def over_limit(path: str, what: str, limit: int, unit: str) -> ImageError:
    """The error for exceeding a limit: nothing is ever truncated, which would change a package."""
    return image_error(
        path,
        f"{what} more than {limit:,} {unit}, which is the limit",
        code=codes.IMAGE_LIMIT,
    )


def no_file(path: str, error: OSError) -> ImageError:
    """The error for a file that cannot be opened or read."""
    return image_error(
        path,
        f"The file cannot be read: {error.strerror or type(error).__name__}",
        "Build the package with `pants package`, and name the file that it wrote.",
        code=codes.SOURCE_UNREADABLE,
    )


_AGAIN = "Build the package again, for example with `pants package`, or fetch it again."
_REMEDIES = {
    codes.IMAGE_LIMIT: "No package needs that much: do not use the image unless you know the "
    "reason.",
    codes.DIGEST_DIFFERS: "Do not use it: it was damaged or changed. Build or fetch it again.",
    codes.SIZE_DIFFERS: "Do not use it: it was damaged or changed. Build or fetch it again.",
}
