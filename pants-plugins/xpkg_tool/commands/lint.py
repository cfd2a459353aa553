"""`xpkg lint [DIR …]`: all findings of packages, in one of several formats."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import replace

from xpkg_tool.build import read
from xpkg_tool.finding import Finding, has_errors, in_order
from xpkg_tool.formats import write_findings

from .failure import FOUND, OK
from .folder import folders, read_folder
from .output import docs_url, in_colour, write_output


def run(arguments: Namespace) -> int:
    url, directories = docs_url(arguments), folders(arguments)
    findings: list[Finding] = []
    for directory in directories:
        _, found = read(read_folder(directory, arguments))
        findings += found if len(directories) == 1 else [_named(f, directory) for f in found]
    # A package inside another one is read twice.
    ordered = in_order(findings)
    colour = in_colour(arguments, sys.stdout)
    write_output(write_findings(ordered, arguments.format, docs_url=url, colour=colour))
    return FOUND if has_errors(ordered) else OK


def _named(finding: Finding, directory: str) -> Finding:
    """The finding with its package as its path, where it is about the package as a whole."""
    return finding if finding.path else replace(finding, path=directory)
