"""`xpkg`: the command line of the tool, for people and CI systems without Pants.

Its arguments are in arguments.py. A command's module is imported when it runs, because most imports
take longer than building a small package.
"""

from __future__ import annotations

import argparse
import importlib
import io
import sys
from typing import Sequence

from xpkg_tool.cli.arguments import parser
from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.diagnostics.log_commands import guarded_output
from xpkg_tool.process.streams import discard, replace_closed_streams

_INTERRUPTED = 130  # The convention of shells: 128 + the signal's number.
_BROKEN_PIPE = 141
_FAILED = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code. Never raises for bad input, an output that is
    closed or full, or Ctrl-C."""
    replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # The output must not depend on the locale.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        # Flushes what argparse wrote; the commands flush their own output.
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
        return _BROKEN_PIPE
    except OSError as error:
        discard(sys.stdout)
        return _fail(f"error: Standard output cannot be written: {error.strerror}.")
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _run(argv: Sequence[str]) -> int:
    try:
        with guarded_output():
            arguments = parser().parse_args(argv)
    except SystemExit as exit:  # How argparse ends, also for --help.
        return exit.code if isinstance(exit.code, int) else _FAILED
    with guarded_output(commands=getattr(arguments, "format", "") == "github"):
        return _run_command(arguments)


def _run_command(arguments: argparse.Namespace) -> int:
    try:
        from xpkg_tool.cli.failure import Failure

        try:
            command = importlib.import_module(f".{arguments.command}", __package__)
            code: int = command.run(arguments)
        except Failure as failure:
            return _fail(str(failure))
    except BrokenPipeError:
        raise
    # Whatever happens, people get a message, and programs an exit code that differs from the one
    # for findings.
    except Exception as error:
        library = error.name if isinstance(error, ModuleNotFoundError) else None
        if library and not library.startswith("xpkg_tool"):
            return _fail(
                f"error: xpkg {arguments.command} needs the library {library}, which is not "
                "installed.\n  help: Install it with: pip install 'pants-xpkg[tool]'."
            )
        detail = visible(f"{type(error).__name__}: {error}")
        return _fail(
            f"error XP000: The tool itself failed: {detail}\n"
            "  help: This is a bug of pants-xpkg: please report it with the files that cause it."
        )
    return code


def _fail(text: str) -> int:
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        # There is nowhere left to report it but in the exit code.
        discard(sys.stderr)
    return _FAILED
