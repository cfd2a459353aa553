"""`xpkg copy SOURCE DESTINATION`: promotes a published package from one place to another."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping

from xpkg_tool.cli.published import report
from xpkg_tool.cli.source import parsed, registry_settings
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.copy import copy
from xpkg_tool.publish.destination import Destination
from xpkg_tool.publish.progress import progress_on
from xpkg_tool.publish.settings import RegistrySettings


def run(arguments: Namespace) -> int:
    place = parsed(arguments.destination)
    settings = registry_settings(place.registry, arguments)
    outcome = copy(
        arguments.source,
        Destination(arguments.destination, place),
        source_settings=_source_settings(arguments, settings),
        settings=settings,
        progress=progress_on(sys.stderr),
    )
    return report(outcome, arguments.destination, arguments.format)


def _source_settings(
    arguments: Namespace, destination: Mapping[str, RegistrySettings]
) -> dict[str, RegistrySettings]:
    """The destination's settings also apply to the source if both are in the same registry."""
    try:
        registry = parse(arguments.source).registry
    except PublishError:
        # A file or a folder; anything else is reported when it is read.
        return {}
    other = destination.get(registry, RegistrySettings())
    insecure = arguments.source_insecure or other.insecure
    return {registry: RegistrySettings(insecure, arguments.source_ca_file or other.ca_file)}
