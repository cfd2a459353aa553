"""`xpkg build [DIR …]`: writes packages and their descriptions."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace

from xpkg_tool.building.build import BuiltPackage, build
from xpkg_tool.cli.failure import FOUND, OK, Failure, os_failure
from xpkg_tool.cli.folder import folders, read_folder
from xpkg_tool.cli.output import docs_url, in_colour, write_error, write_output
from xpkg_tool.diagnostics.formats import write_findings
from xpkg_tool.files.whole import write_whole
from xpkg_tool.oci.write.layer import DeflateVersionError
from xpkg_tool.package.names import build_path, friendly_id
from xpkg_tool.process.ending import ending_at_once


def run(arguments: Namespace) -> int:
    directories = folders(arguments)
    docs_url(arguments)
    if arguments.output is not None:
        _check_output(arguments.output, len(directories))
    # A package with errors does not prevent the others from being built.
    return max([_build(directory, arguments) for directory in directories], default=OK)


def _build(directory: str, arguments: Namespace) -> int:
    with ending_at_once():
        request = read_folder(directory, arguments)
    try:
        with ending_at_once():
            result = build(request)
    except DeflateVersionError as error:
        raise Failure(str(error), "Install it: pip install 'pants-xpkg[tool]'.") from None
    if result.findings:
        colour, url = in_colour(arguments, sys.stderr), docs_url(arguments)
        write_error(
            write_findings(result.findings, "text", request.fail_on, docs_url=url, colour=colour)
        )
    if result.package is None:
        return FOUND
    path: str = arguments.output or _default_path(directory, arguments.name, result.package)
    try:
        # Both or neither, so that a description never describes another package.
        write_whole({path: result.package.archive, f"{path}.json": result.package.description})
    except OSError as error:
        raise os_failure("The package cannot be written", path, error) from None
    write_output(f"Wrote {path}\n  {result.package.digest}\n")
    return OK


def _check_output(path: str, packages: int) -> None:
    """Checks `--output` before the work begins. Raises Failure."""
    if packages > 1:
        raise Failure(
            f"--output names one file, but {packages} packages are given.",
            "Leave it out: each package is then written into its own folder.",
        )
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path) or not os.path.basename(path):
        raise Failure(f"{path} is a folder.", "Name a file, such as package.xpkg, with --output.")
    if not os.path.isdir(folder):
        raise Failure(
            f"The folder {folder} does not exist.", "Create it first, or name another one."
        )


def _default_path(directory: str, name: str | None, package: BuiltPackage) -> str:
    """`<directory>/<friendly ID>.xpkg`, as the Crossplane CLI names it."""
    if name is None:
        name = json.loads(package.description)["meta"]["name"]
    return build_path(directory, friendly_id(name, package.digest))
