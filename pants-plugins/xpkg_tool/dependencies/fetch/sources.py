"""Where the package of a source is: what is asked of which registry."""

from __future__ import annotations

from xpkg_tool.dependencies.model import without_identifier
from xpkg_tool.diagnostics.errors import REFERENCE, PublishError, publish_error
from xpkg_tool.diagnostics.finding import Position
from xpkg_tool.oci.reference import Reference, names_registry, parse


def locate(source: str, *, tag: str = "", digest: str = "") -> Reference:
    """The reference to `tag` or `digest` (one of them) of a source. Docker Hub's names are made
    one. Raises PublishError, which points at the character, for a source without a registry, with
    a tag or digest of its own, or that is none."""
    identifier = f"@{digest}" if digest else f":{tag}"
    try:
        place = parse(f"{source}{identifier}")
    except PublishError as error:
        if error.finding.position is None:
            # About a password in it, which must not be shown.
            raise
        raise _clearer(source) or error from None
    if place.is_layout:
        raise _no_registry(source)
    return place


def _clearer(source: str) -> PublishError | None:
    """The error about what only a reference has, or what a source must have."""
    name = without_identifier(source)
    if name != source:
        return publish_error(
            REFERENCE,
            "A source has neither a tag nor a digest",
            "Leave it out: a version or a digest is the `version` of a dependency.",
            position=_position(source, len(name), len(source) - len(name)),
        )
    return None if names_registry(source.partition("/")[0]) else _no_registry(source)


def _no_registry(source: str) -> PublishError:
    return publish_error(
        REFERENCE,
        "The source does not begin with a registry",
        "Write all of it, such as xpkg.crossplane.io/crossplane-contrib/function-auto-ready: "
        "Crossplane 2 has no default registry.",
        position=_position(source, 0, max(len(source.partition("/")[0]), 1)),
    )


def _position(source: str, index: int, width: int) -> Position:
    return Position(1, index + 1, source.replace("\n", "\\n"), width)
