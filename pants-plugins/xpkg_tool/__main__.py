"""`python -m xpkg_tool`: the entry point of the commands that the Pants backend runs."""

from __future__ import annotations

import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    """Runs `COMMAND REQUEST OUTPUT`. Modules are imported by the command that needs them, because
    a process for a small package spends most of its time on imports."""
    command, request, output = argv[0], Path(argv[1]), Path(argv[2])
    if command == "build":
        from .sandbox import build_packages

        build_packages(request, output)
    elif command == "adopt":
        from .sandbox import adopt_packages

        adopt_packages(request, output)
    else:
        raise SystemExit(f"unknown command {command!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
