"""`xpkg completion SHELL`: a script that completes the command line in a shell."""

from __future__ import annotations

import argparse
from typing import Iterator

import shtab

from xpkg_tool.cli.arguments import parser
from xpkg_tool.cli.failure import OK
from xpkg_tool.cli.output import write_output
from xpkg_tool.diagnostics.catalogue import PUBLISHING_ERRORS, RULES

# Completers, by the metavar of the argument.
_COMPLETERS = {
    "DIR": shtab.DIRECTORY,
    "FILE": shtab.FILE,
    "FILES": shtab.FILE,
    "SOURCE": shtab.FILE,
}


def run(arguments: argparse.Namespace) -> int:
    write_output(script(arguments.shell))
    return OK


def script(shell: str) -> str:
    """The script for `bash`, `zsh` or `fish`. It completes commands, options and their values,
    folders, files and rule codes, without starting a process of the tool."""
    top = parser()
    for command in _with_its_commands(top):
        for action in command._actions:
            completer = _COMPLETERS.get(str(action.metavar))
            if completer is not None:
                action.complete = completer  # type: ignore[attr-defined]
            elif action.metavar == "CODE":
                action.choices = [*RULES, *PUBLISHING_ERRORS]
    text: str = shtab.complete(top, shell)
    return text


def _with_its_commands(top: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _with_its_commands(command)
