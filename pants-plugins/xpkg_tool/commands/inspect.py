"""`xpkg inspect SOURCE`: what is in a package."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.inspection import inspect
from xpkg_tool.processes import ending_at_once

from .failure import FAILED, OK
from .source import insecure_registries


def run(arguments: Namespace) -> int:
    insecure = insecure_registries(arguments.source, arguments.insecure)
    try:
        with ending_at_once():
            inspection = inspect(arguments.source, insecure=insecure)
    except ImageError as error:
        print(error, file=sys.stderr)
        return FAILED
    if arguments.format == "json":
        print(json.dumps(inspection.to_json(), indent=2))
    else:
        sys.stdout.write(inspection.to_text())
    return OK
