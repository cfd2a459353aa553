"""`python -m xpkg_tool`: the entry point of the commands that the Pants backend runs."""

from __future__ import annotations

import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    """Runs one of the commands, each `COMMAND REQUEST OUTPUT`.

    Modules are imported by the command that needs them: a small package takes less time than most
    imports.
    """
    command, *paths = argv[0], *map(Path, argv[1:])
    if command in ("analyse", "build", "report", "adopt"):
        from xpkg_tool.process.ending import ending_at_once
        from xpkg_tool.sandbox import build as sandbox

        # Partial output stays in a sandbox that is then discarded.
        with ending_at_once():
            if command == "analyse":
                sandbox.analyse_files(*paths)
            elif command == "build":
                sandbox.build_packages(*paths)
            elif command == "report":
                sandbox.write_reports(*paths)
            else:
                sandbox.adopt_packages(*paths)
        return 0
    if command == "plan":
        from xpkg_tool.sandbox.plan import plan_packages

        plan_packages(*paths)
        return 0
    if command == "publish":
        from xpkg_tool.sandbox.publish import publish_package

        publish_package(*paths)
        return 0
    raise SystemExit(f"There is no command {command!r}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
