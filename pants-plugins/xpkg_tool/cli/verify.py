"""`xpkg verify SOURCE`: everything that is wrong with a package that was built."""

from __future__ import annotations

import sys
from argparse import Namespace

from xpkg_tool.cli.failure import FAILED, FOUND, OK
from xpkg_tool.cli.output import docs_url, in_colour, write_output
from xpkg_tool.cli.source import insecure_registries
from xpkg_tool.diagnostics.finding import fails
from xpkg_tool.diagnostics.formats import write_findings
from xpkg_tool.inspection.verify import verify
from xpkg_tool.oci.image_error import SOURCE_UNREADABLE
from xpkg_tool.process.ending import ending_at_once


def run(arguments: Namespace) -> int:
    insecure = insecure_registries(arguments.source, arguments.insecure)
    url, colour = docs_url(arguments), in_colour(arguments, sys.stdout)
    with ending_at_once():
        findings = verify(arguments.source, insecure=insecure)
    write_output(
        write_findings(findings, arguments.format, arguments.fail_on, docs_url=url, colour=colour)
    )
    # A source that cannot be read is a failure, not a verdict.
    if any(finding.code == SOURCE_UNREADABLE.code for finding in findings):
        return FAILED
    return FOUND if fails(findings, arguments.fail_on) else OK
