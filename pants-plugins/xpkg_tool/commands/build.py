"""`xpkg build DIR`: writes the package and its description."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace

from xpkg_tool.build import BuiltPackage, build
from xpkg_tool.files import write_whole
from xpkg_tool.formats import write_findings
from xpkg_tool.names import build_path, friendly_id
from xpkg_tool.oci.layer import DeflateVersionError
from xpkg_tool.processes import ending_at_once

from .failure import FOUND, OK, Failure, os_failure
from .folder import read_folder


def run(arguments: Namespace) -> int:
    with ending_at_once():
        request = read_folder(arguments)
    output: str | None = arguments.output
    if output is not None:
        _check_output(output)
    try:
        with ending_at_once():
            result = build(request)
    except DeflateVersionError as error:
        raise Failure(str(error), "Install it: pip install 'pants-xpkg[tool]'.") from None
    if result.findings:
        sys.stderr.write(write_findings(result.findings, "text", request.fail_on))
    if result.package is None:
        return FOUND
    path = output or _default_path(arguments.directory, arguments.name, result.package)
    try:
        # Where a description lies, it is that of the package beside it.
        write_whole({path: result.package.archive, f"{path}.json": result.package.description})
    except OSError as error:
        raise os_failure("The package cannot be written", path, error) from None
    print(f"Wrote {path}\n  {result.package.digest}")
    return OK


def _check_output(path: str) -> None:
    """Before the work, since what is wrong here is wrong from the start."""
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path) or not os.path.basename(path):
        raise Failure(f"{path} is a folder.", "Name a file, such as package.xpkg, with --output.")
    if not os.path.isdir(folder):
        raise Failure(f"There is no folder {folder}.", "Make it, or mend --output.")


def _default_path(directory: str, name: str | None, package: BuiltPackage) -> str:
    """`<directory>/<friendly ID>.xpkg`, as the first `crossplane build` had it."""
    if name is None:
        name = json.loads(package.description)["meta"]["name"]
    return build_path(directory, friendly_id(name, package.digest))
