"""`xpkg extract SOURCE`: writes the package.yaml of a package, and its examples."""

from __future__ import annotations

import os
from argparse import Namespace

from xpkg_tool.cli.failure import FAILED, OK, os_failure
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.cli.source import insecure_registries
from xpkg_tool.inspection.extraction import extract
from xpkg_tool.oci.image_error import ImageError

_PACKAGE = "package.yaml"
_EXAMPLES = "examples.yaml"


def run(arguments: Namespace) -> int:
    insecure = insecure_registries(arguments.source, arguments.insecure)
    folder: str = arguments.output
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise os_failure("The folder cannot be created", folder, error) from None
    paths = [os.path.join(folder, name) for name in (_PACKAGE, _EXAMPLES)]
    try:
        extraction = extract(arguments.source, *paths, insecure=insecure)
    except ImageError as error:
        write_error(f"{error}\n")
        return FAILED
    for path in extraction.paths:
        write_output(f"Wrote {os.path.normpath(path)}\n")
    write_output(f"  {extraction.digest}\n")
    return OK
