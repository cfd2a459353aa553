"""`xpkg lint DIR`: all findings of a package, in one of several formats."""

from __future__ import annotations

import sys
from argparse import Namespace

from xpkg_tool.build import read
from xpkg_tool.finding import fails
from xpkg_tool.formats import write_findings
from xpkg_tool.processes import ending_at_once

from .failure import FOUND, OK
from .folder import read_folder


def run(arguments: Namespace) -> int:
    with ending_at_once():
        _, findings = read(read_folder(arguments))
        shown = write_findings(findings, arguments.format, arguments.fail_on)
    sys.stdout.write(shown)
    return FOUND if fails(findings, arguments.fail_on) else OK
