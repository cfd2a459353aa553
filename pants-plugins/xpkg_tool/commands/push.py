"""`xpkg push REF [FILE …]`: sends a package to a registry or a layout directory."""

from __future__ import annotations

import os
from argparse import Namespace

from xpkg_tool.names import EXTENSION
from xpkg_tool.registry.push import push

from .failure import Failure, os_failure
from .folder import split_commas
from .published import report
from .source import registry_settings

# The words are those of crossplane's first `push` (PR #1795).
_WHERE = "failed to find a package current working directory"
_NONE = "directory does not contain a compiled crossplane package"
_SEVERAL = "directory contains multiple compiled crossplane packages"


def run(arguments: Namespace) -> int:
    named = [*arguments.files, *split_commas(arguments.package_files)]
    paths: list[str] = named or [_only_package(".")]
    settings = registry_settings(arguments.reference, arguments)
    (outcome,) = push(paths, [arguments.reference], settings=settings)
    return report(outcome, arguments.reference, arguments.format)


def _only_package(directory: str) -> str:
    try:
        names = sorted(n for n in os.listdir(directory) if n.endswith(EXTENSION))
    except OSError as error:
        raise os_failure(_WHERE, directory, error) from None
    packages = [name for name in names if os.path.isfile(os.path.join(directory, name))]
    if not packages:
        raise Failure(
            f"{_WHERE}: {_NONE}", "Build one with `xpkg build`, or name it: xpkg push REF FILE."
        )
    if len(packages) > 1:
        raise Failure(
            f"{_WHERE}: {_SEVERAL}",
            f"Name one: xpkg push REF FILE. There are {', '.join(packages)}.",
        )
    return packages[0]
