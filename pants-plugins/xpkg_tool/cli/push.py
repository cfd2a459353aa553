"""`xpkg push REF [FILE …]`: sends a package to a registry or a layout directory."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from xpkg_tool.cli.failure import Failure, os_failure
from xpkg_tool.cli.folder import split_commas
from xpkg_tool.cli.output import write_error
from xpkg_tool.cli.published import report
from xpkg_tool.cli.source import parsed, registry_settings
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import Reference
from xpkg_tool.package.names import EXTENSION
from xpkg_tool.package.version_tags import is_nearly_a_version
from xpkg_tool.publish.destination import Destination
from xpkg_tool.publish.progress import progress_on
from xpkg_tool.publish.push import push
from xpkg_tool.publish.settings import RegistrySettings


def run(arguments: Namespace) -> int:
    named = [*arguments.files, *split_commas(arguments.package_files)]
    paths: list[str] = named or [_only_package(".")]
    place = parsed(arguments.reference)
    settings = registry_settings(place.registry, arguments)
    destination = Destination(arguments.reference, place)
    (outcome,) = push(paths, [destination], settings=settings, progress=progress_on(sys.stderr))
    code = report(outcome, arguments.reference, arguments.format)
    if not isinstance(outcome, PublishError):
        _note(place, settings[place.registry])
    return code


def _note(place: Reference, settings: RegistrySettings) -> None:
    """Notes that a tag looks like a version but is not one to the package manager."""
    if not settings.may_move(place.tag) and is_nearly_a_version(place.tag):
        write_error(
            f"note: the tag {place.tag!r} is not a complete semantic version, such as v1.2.3: "
            "the package manager ignores it when it looks for a version of a dependency. If it is "
            "not meant as a version, name it in `--mutable-tags`.\n"
        )


def _only_package(directory: str) -> str:
    try:
        names = sorted(n for n in os.listdir(directory) if n.endswith(EXTENSION))
    except OSError as error:
        raise os_failure("The current folder cannot be read", directory, error) from None
    packages = [name for name in names if os.path.isfile(os.path.join(directory, name))]
    if not packages:
        raise Failure(
            f"The current folder has no {EXTENSION} file.",
            "Build one with `xpkg build`, or name a file: xpkg push REF FILE.",
        )
    if len(packages) > 1:
        raise Failure(
            f"The current folder has several {EXTENSION} files.",
            f"Name one of them with xpkg push REF FILE: {', '.join(packages)}.",
        )
    return packages[0]
