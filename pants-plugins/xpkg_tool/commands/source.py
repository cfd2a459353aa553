"""What the commands that read a package share."""

from __future__ import annotations

from xpkg_tool.publish_error import PublishError
from xpkg_tool.registry.reference import parse

from .failure import Failure


def insecure_registries(reference: str, insecure: bool) -> tuple[str, ...]:
    """The registry of `reference` where `--insecure` was given. Raises Failure."""
    if not insecure:
        return ()
    try:
        return (parse(reference).registry,)
    except PublishError as error:
        raise Failure(f"{error.finding.message}.", error.finding.remedy) from None
