"""The registry options that several commands share."""

from __future__ import annotations

from argparse import Namespace

from xpkg_tool.cli.failure import Failure
from xpkg_tool.cli.folder import split_commas
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import Reference, parse
from xpkg_tool.publish.settings import RegistrySettings


def insecure_registries(reference: str, insecure: bool) -> tuple[str, ...]:
    """The registry of `reference` if `insecure` is set, else nothing. Raises Failure."""
    return (parsed(reference).registry,) if insecure else ()


def parsed(reference: str) -> Reference:
    """The reference that was given. Raises Failure."""
    try:
        return parse(reference)
    except PublishError as error:
        raise Failure(f"{error.finding.message}.", error.finding.remedy) from None


def registry_settings(registry: str, arguments: Namespace) -> dict[str, RegistrySettings]:
    """The settings of `registry` by the options `insecure`, `ca_file` and `mutable_tags`."""
    settings = RegistrySettings(
        insecure=arguments.insecure,
        ca_file=arguments.ca_file or "",
        mutable_tags=tuple(split_commas(arguments.mutable_tags)),
    )
    return {registry: settings}
