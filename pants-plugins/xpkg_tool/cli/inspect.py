"""`xpkg inspect SOURCE`: what is in a package."""

from __future__ import annotations

import json
from argparse import Namespace

from xpkg_tool.cli.failure import FAILED, OK
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.cli.source import insecure_registries
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.process.ending import ending_at_once


def run(arguments: Namespace) -> int:
    insecure = insecure_registries(arguments.source, arguments.insecure)
    try:
        with ending_at_once():
            inspection = inspect(arguments.source, insecure=insecure)
    except ImageError as error:
        write_error(f"{error}\n")
        return FAILED
    if arguments.format == "json":
        write_output(json.dumps(inspection.to_json(), indent=2) + "\n")
    else:
        write_output(inspection.to_text())
    return OK
