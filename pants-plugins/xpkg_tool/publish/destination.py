"""Where a package is to be published: a reference, read once where it comes in."""

from __future__ import annotations

from dataclasses import dataclass

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import Reference, parse


@dataclass(frozen=True)
class Destination:
    """`text` is a reference as it was given, which reports repeat, and `place` what it means, or
    why it cannot be read: that is no reason not to look up the others."""

    text: str
    place: Reference | PublishError


def read_destination(text: str) -> Destination:
    """The destination that a reference names."""
    try:
        return Destination(text, parse(text))
    except PublishError as error:
        return Destination(text, error)
