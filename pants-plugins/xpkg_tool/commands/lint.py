"""`xpkg lint DIR`: all findings of a package, in one of several formats."""

from __future__ import annotations

import sys
from argparse import Namespace

from xpkg_tool.build import read
from xpkg_tool.finding import fails
from xpkg_tool.formats import write_findings

from .failure import FOUND, OK
from .folder import read_folder


def run(arguments: Namespace) -> int:
    _, findings = read(read_folder(arguments))
    sys.stdout.write(write_findings(findings, arguments.format, arguments.fail_on))
    return FOUND if fails(findings, arguments.fail_on) else OK
