"""`xpkg inspect SOURCE`: what is in a package."""

from __future__ import annotations

import json
from argparse import Namespace

from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.inspection import inspect
from xpkg_tool.processes import ending_at_once

from .failure import FAILED, OK
from .output import write_error, write_output
from .source import insecure_registries


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
