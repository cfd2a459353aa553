"""`python -m xpkg_tool`: the entry point of the commands that the Pants backend runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xpkg_tool.messages import Answer, Request


def main(argv: list[str]) -> int:
    """Runs one of the commands, each `COMMAND REQUEST OUTPUT` (messages.py)."""
    from xpkg_tool.messages import ANSWER, REQUESTS, MessageError, decode, encode

    command, *paths = argv
    if command not in REQUESTS:
        raise SystemExit(f"There is no command {command!r}.")
    path, output = (Path(given).absolute() for given in paths)
    try:
        request: Request = decode(REQUESTS[command], path.read_bytes())
    except (MessageError, OSError) as error:
        raise SystemExit(f"error: The request of {command!r} cannot be read: {error}.") from None
    answer = _answer(request, output)
    if answer is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / ANSWER).write_bytes(encode(answer))
    return 0


def _answer(request: Request, output: Path) -> Answer | None:
    """Modules are imported by the command that needs them: a small package takes less time than
    most imports."""
    from xpkg_tool import messages

    if isinstance(request, messages.PlanRequest):
        from xpkg_tool.sandbox.plan import plan_packages

        return plan_packages(request)
    if isinstance(request, messages.PublishRequest):
        from xpkg_tool.sandbox.publish import publish_package

        return publish_package(request)
    if isinstance(request, messages.DeployRequest):
        from xpkg_tool.sandbox.deploy import deploy_manifest

        deploy_manifest(request)
        return None
    if isinstance(request, messages.LockRequest):
        from xpkg_tool.sandbox.lock import lock_packages

        return lock_packages(request, output)
    from xpkg_tool.process.ending import ending_at_once

    # What is left behind is in a sandbox, which nobody looks at then.
    with ending_at_once():
        if isinstance(request, messages.BuildRequest):
            from xpkg_tool.sandbox.build import build_packages

            return build_packages(request, output)
        if isinstance(request, messages.AnalyseRequest):
            from xpkg_tool.sandbox.analyse import analyse_files

            analyse_files(request, output)
            return None
        if isinstance(request, messages.ReportRequest):
            from xpkg_tool.sandbox.report import write_reports

            write_reports(request, output)
            return None
        if isinstance(request, messages.InstallRequest):
            from xpkg_tool.sandbox.install import make_install_manifest

            return make_install_manifest(request, output)
        if isinstance(request, messages.MetasRequest):
            from xpkg_tool.sandbox.metas import read_metas

            return read_metas(request)
        if isinstance(request, messages.CheckLockRequest):
            from xpkg_tool.sandbox.check_lock import check_lock_file

            return check_lock_file(request, output)
        if isinstance(request, messages.RepositoryRequest):
            from xpkg_tool.sandbox.repository import look_at_repository

            return look_at_repository(request, output)
        if isinstance(request, messages.GraphRequest):
            from xpkg_tool.sandbox.graph import draw_graph

            return draw_graph(request)
        from xpkg_tool.sandbox.tailor import find_targets

        return find_targets(request)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
