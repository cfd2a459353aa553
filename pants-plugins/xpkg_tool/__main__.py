"""`python -m xpkg_tool`: the entry point of the commands that the Pants backend runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from xpkg_tool.messages.codec import MessageError, decode, encode
from xpkg_tool.messages.files import ANSWER

if TYPE_CHECKING:
    from typing import Any

    from xpkg_tool.messages.commands import Answer

    T = TypeVar("T", bound=tuple[Any, ...])


def main(argv: list[str]) -> int:
    """Runs one of the commands, each `COMMAND REQUEST OUTPUT` (messages/__init__.py)."""
    command, *paths = argv
    request, output = (Path(given).absolute() for given in paths)
    answer = _answer(command, _Reader(command, request), output)
    if answer is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / ANSWER).write_bytes(encode(answer))
    return 0


class _Reader:
    """Reads the request once its type is known."""

    def __init__(self, command: str, path: Path) -> None:
        self._command, self._path = command, path

    def read(self, form: type[T]) -> T:
        """Ends the program where there is no such message."""
        try:
            return decode(form, self._path.read_bytes())
        except (MessageError, OSError) as error:
            raise SystemExit(
                f"error: The request of {self._command!r} cannot be read: {error}."
            ) from None


def _answer(command: str, request: _Reader, output: Path) -> Answer | None:
    """Modules are imported by the command that needs them, and its messages are: a small package
    takes less time than most imports."""
    if command == "plan":
        from xpkg_tool.messages.plan import PlanRequest
        from xpkg_tool.sandbox.plan import plan_packages

        return plan_packages(request.read(PlanRequest))
    if command == "publish":
        from xpkg_tool.messages.publish import PublishRequest
        from xpkg_tool.sandbox.publish import publish_packages

        return publish_packages(request.read(PublishRequest))
    if command == "deploy":
        from xpkg_tool.messages.deploy import DeployRequest
        from xpkg_tool.sandbox.deploy import deploy_manifest

        deploy_manifest(request.read(DeployRequest))
        return None
    if command == "lock":
        from xpkg_tool.messages.lock import LockRequest
        from xpkg_tool.sandbox.lock import lock_packages

        return lock_packages(request.read(LockRequest), output)
    if command == "fetch":
        from xpkg_tool.messages.fetch import FetchRequest
        from xpkg_tool.sandbox.fetch import fetch_packages

        return fetch_packages(request.read(FetchRequest), output)
    if command == "read-fetched":
        from xpkg_tool.messages.fetch import ReadFetchedRequest
        from xpkg_tool.sandbox.fetch import read_fetched

        return read_fetched(request.read(ReadFetchedRequest), output)
    from xpkg_tool.process.ending import ending_at_once

    # What is left behind is in a sandbox, which nobody looks at then.
    with ending_at_once():
        return _answer_about_files(command, request, output)


def _answer_about_files(command: str, request: _Reader, output: Path) -> Answer | None:
    """Of the commands that use nothing but their sandbox."""
    if command == "build":
        from xpkg_tool.messages.build import BuildRequest
        from xpkg_tool.sandbox.build import build_packages

        return build_packages(request.read(BuildRequest), output)
    if command == "analyse":
        from xpkg_tool.messages.build import AnalyseRequest
        from xpkg_tool.sandbox.analyse import analyse_files

        analyse_files(request.read(AnalyseRequest), output)
        return None
    if command == "report":
        from xpkg_tool.messages.report import ReportRequest
        from xpkg_tool.sandbox.report import write_reports

        write_reports(request.read(ReportRequest), output)
        return None
    if command == "install":
        from xpkg_tool.messages.install import InstallRequest
        from xpkg_tool.sandbox.install import make_install_manifest

        return make_install_manifest(request.read(InstallRequest), output)
    if command == "metas":
        from xpkg_tool.messages.repository import MetasRequest
        from xpkg_tool.sandbox.metas import read_metas

        return read_metas(request.read(MetasRequest))
    if command == "check-lock":
        from xpkg_tool.messages.lock import CheckLockRequest
        from xpkg_tool.sandbox.check_lock import check_lock_file

        return check_lock_file(request.read(CheckLockRequest), output)
    if command == "repository":
        from xpkg_tool.messages.repository import RepositoryRequest
        from xpkg_tool.sandbox.repository import look_at_repository

        return look_at_repository(request.read(RepositoryRequest), output)
    if command == "graph":
        from xpkg_tool.messages.graph import GraphRequest
        from xpkg_tool.sandbox.graph import draw_graph

        return draw_graph(request.read(GraphRequest))
    if command == "tailor":
        from xpkg_tool.messages.tailor import TailorRequest
        from xpkg_tool.sandbox.tailor import find_targets

        return find_targets(request.read(TailorRequest))
    raise SystemExit(f"There is no command {command!r}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
