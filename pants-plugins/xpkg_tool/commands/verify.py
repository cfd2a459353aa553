"""`xpkg verify SOURCE`: everything that is wrong with a package that was built."""

from __future__ import annotations

import sys
from argparse import Namespace

from xpkg_tool import codes
from xpkg_tool.finding import fails
from xpkg_tool.formats import write_findings
from xpkg_tool.oci.verify import verify
from xpkg_tool.processes import ending_at_once

from .failure import FAILED, FOUND, OK
from .output import docs_url, in_colour, write_output
from .source import insecure_registries


def run(arguments: Namespace) -> int:
    insecure = insecure_registries(arguments.source, arguments.insecure)
    url, colour = docs_url(arguments), in_colour(arguments, sys.stdout)
    with ending_at_once():
        findings = verify(arguments.source, insecure=insecure)
    write_output(
        write_findings(findings, arguments.format, arguments.fail_on, docs_url=url, colour=colour)
    )
    # Nothing can be said of a package that is not there.
    if any(finding.code == codes.SOURCE_UNREADABLE for finding in findings):
        return FAILED
    return FOUND if fails(findings, arguments.fail_on) else OK
