"""`xpkg lint [DIR …]`: all findings of packages, in one of several formats."""

from __future__ import annotations

import sys
from argparse import Namespace

from xpkg_tool.building.build import read
from xpkg_tool.cli.failure import FOUND, OK
from xpkg_tool.cli.folder import folders, read_folder
from xpkg_tool.cli.output import docs_url, in_colour, write_output
from xpkg_tool.diagnostics.finding import Finding, fails
from xpkg_tool.diagnostics.formats import write_findings
from xpkg_tool.diagnostics.shortened import shortened
from xpkg_tool.process.ending import ending_at_once


def run(arguments: Namespace) -> int:
    url, directories = docs_url(arguments), folders(arguments)
    colour = in_colour(arguments, sys.stdout)
    with ending_at_once():
        findings: list[Finding] = []
        for directory in directories:
            _, found = read(read_folder(directory, arguments))
            findings += found if len(directories) == 1 else [_named(f, directory) for f in found]
        # A package inside another one is read twice.
        ordered = shortened(findings)
        shown = write_findings(
            ordered, arguments.format, arguments.fail_on, docs_url=url, colour=colour
        )
    write_output(shown)
    return FOUND if fails(ordered, arguments.fail_on) else OK


def _named(finding: Finding, directory: str) -> Finding:
    """The finding, with its package as the path if it concerns the package as a whole."""
    return finding if finding.path else finding._replace(path=directory)
