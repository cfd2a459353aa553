"""The command by which the Pants backend publishes a package."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from xpkg_tool.publish_error import PublishError

from .push import format_result, push


def publish_package(request: Path) -> int:
    """Publishes what `{"archive", "references": […], "insecure": [host, …], "directory"}` asks for.

    `directory` is where the paths of OCI layouts start. Prints a line for each reference that was
    published to standard output, and what went wrong with the others to standard error. Returns 0
    when all were published, else 1.
    """
    asked = json.loads(request.read_text("utf-8"))
    archive = os.path.abspath(asked["archive"])
    os.chdir(asked["directory"])
    outcomes = push(archive, asked["references"], insecure=asked["insecure"])
    failures = [outcome for outcome in outcomes if isinstance(outcome, PublishError)]
    for outcome in outcomes:
        if not isinstance(outcome, PublishError):
            print(format_result(outcome))
    for text in dict.fromkeys(str(failure) for failure in failures):
        print(text, file=sys.stderr)
    return 1 if failures else 0
