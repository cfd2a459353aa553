"""What the commands that read a package share."""

from __future__ import annotations

from argparse import Namespace

from xpkg_tool.publish_error import PublishError
from xpkg_tool.registry.reference import parse
from xpkg_tool.registry.settings import RegistrySettings

from .failure import Failure
from .folder import split_commas


def insecure_registries(reference: str, insecure: bool) -> tuple[str, ...]:
    """The registry of `reference` where `--insecure` was given. Raises Failure."""
    if not insecure:
        return ()
    try:
        return (parse(reference).registry,)
    except PublishError as error:
        raise Failure(f"{error.finding.message}.", error.finding.remedy) from None


def registry_settings(reference: str, arguments: Namespace) -> dict[str, RegistrySettings]:
    """The settings of the registry of `reference` by the options `insecure`, `ca_file` and
    `mutable_tags`. Raises Failure."""
    try:
        registry = parse(reference).registry
    except PublishError as error:
        raise Failure(f"{error.finding.message}.", error.finding.remedy) from None
    settings = RegistrySettings(
        insecure=arguments.insecure,
        ca_file=arguments.ca_file or "",
        mutable_tags=tuple(split_commas(arguments.mutable_tags)),
    )
    return {registry: settings}
