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
    """A word on a tag that is probably meant as a version, and is none for the package manager."""
    if not settings.may_move(place.tag) and is_nearly_a_version(place.tag):
        write_error(
            f"note: the tag {place.tag!r} is not a complete semantic version, such as v1.2.3: "
            "the package manager does not find it when it looks for a version of a dependency. "
            "`--mutable-tags` says that a tag is not meant as a version.\n"
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
            "Build one with `xpkg build`, or name it: xpkg push REF FILE.",
        )
    if len(packages) > 1:
        raise Failure(
            f"The current folder has several {EXTENSION} files.",
            f"Name one: xpkg push REF FILE. There are {', '.join(packages)}.",
        )
    return packages[0]
