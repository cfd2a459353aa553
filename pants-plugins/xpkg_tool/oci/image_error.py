"""The error of reading images: what is wrong, where, and the remedy."""

from __future__ import annotations

from typing import Iterable

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.diagnostics.finding import Finding, has_errors
from xpkg_tool.diagnostics.rule import Rule

IMAGE_UNREADABLE = Rule(
    "XP900", "image-unreadable", "What was named is not an image that can be read.", fatal=True
)
IMAGE_LIMIT = Rule("XP901", "image-limit", "The image exceeds a limit.", fatal=True)
BLOB_MISSING = Rule(
    "XP902", "blob-missing", "A blob that the image refers to is missing.", fatal=True
)
DIGEST_DIFFERS = Rule("XP903", "digest-differs", "Content does not match its digest.", fatal=True)
SIZE_DIFFERS = Rule("XP904", "size-differs", "Content does not match its size.", fatal=True)
SOURCE_UNREADABLE = Rule(
    "XP914", "source-unreadable", "What was named does not exist, or cannot be reached.", fatal=True
)


class ImageError(PublishError):
    """An image cannot be read, or exceeds a limit. `finding.path` is the file, folder or reference.
    It is a PublishError because an image that cannot be read cannot be published either."""


def image_error(
    path: str, message: str, remedy: str = "", *, rule: Rule = IMAGE_UNREADABLE
) -> ImageError:
    return ImageError(finding_of(path, message, remedy, rule=rule))


def finding_of(
    path: str, message: str, remedy: str = "", *, rule: Rule = IMAGE_UNREADABLE
) -> Finding:
    """A finding about the image at `path`, with a general remedy if none is given."""
    return rule.finding(f"{message}.", remedy or _REMEDIES.get(rule, _AGAIN), path)


def over_limit(path: str, what: str, limit: int, unit: str) -> ImageError:
    """The error for exceeding a limit: nothing is ever truncated, which would change a package."""
    return image_error(
        path,
        f"{what} more than {limit:,} {unit}, which is the limit",
        rule=IMAGE_LIMIT,
    )


def refuse(faults: Iterable[Finding | None]) -> None:
    """Raises ImageError for the first of the findings that is an error."""
    for fault in faults:
        if fault is not None and has_errors([fault]):
            raise ImageError(fault)


def no_file(path: str, error: OSError) -> ImageError:
    """The error for a file that cannot be opened or read."""
    return image_error(
        path,
        f"The file cannot be read: {error.strerror or type(error).__name__}",
        "Build the package with `pants package`, and name the file that it wrote.",
        rule=SOURCE_UNREADABLE,
    )


_AGAIN = "Build the package again, for example with `pants package`, or fetch it again."
_REMEDIES = {
    IMAGE_LIMIT: "No package needs that much: do not use the image unless you know the reason.",
    DIGEST_DIFFERS: "Do not use it: it was damaged or changed. Build or fetch it again.",
    SIZE_DIFFERS: "Do not use it: it was damaged or changed. Build or fetch it again.",
}
