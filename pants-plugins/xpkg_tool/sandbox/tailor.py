"""The command that looks for packages without a target."""

from __future__ import annotations

from xpkg_tool.discovery.tailor import adopt, projects
from xpkg_tool.messages.tailor import TailorAnswer, TailorRequest
from xpkg_tool.sandbox.build import contents


def find_targets(request: TailorRequest) -> TailorAnswer:
    """The targets to write, and the files from which another program makes packages."""
    files = contents(request.files)
    return TailorAnswer(adopt(files, frozenset(request.owned)), projects(files))
