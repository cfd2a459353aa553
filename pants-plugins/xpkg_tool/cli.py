"""`xpkg`: the command line of the tool, for people and CI systems without Pants.

Only arguments are read here. A command's module is imported when it runs, since most imports take
longer than a small package.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from typing import Sequence

from . import FORMAT_VERSION, wheel_version
from .finding import visible
from .log_commands import guarded_output

_INTERRUPTED = 130  # As shells have it: 128 and the signal's number.
_BROKEN_PIPE = 141
_FAILED = 2

_EXIT_CODES = """\
exit codes:
  0  all is right (warnings may have been shown)
  1  there are findings that are errors, or warnings with --fail-on warning
  2  wrong use, or the work could not be done
"""

_SOURCE = (
    "a package file, a directory in the OCI image layout, `oci-layout:DIR:REPOSITORY:TAG`, or a "
    "reference such as xpkg.example.org/team/package:v1.0.0"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; the exit code. Never raises for bad input, a closed pipe or Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        # What is written must not depend on the locale.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        try:
            code = _run(sys.argv[1:] if argv is None else argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
        return _BROKEN_PIPE
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
        from .commands.failure import Failure

        try:
            command = importlib.import_module(f".commands.{arguments.command}", __package__)
            code: int = command.run(arguments)
        except Failure as failure:
            return _fail(str(failure))
    except BrokenPipeError:
        raise
    # Whatever happens, people get a sentence, and programs another exit code than for findings.
    except Exception as error:
        library = error.name if isinstance(error, ModuleNotFoundError) else None
        if library and not library.startswith("xpkg_tool"):
            return _fail(
                f"error: xpkg {arguments.command} needs the library {library}, which is not "
                "installed.\n  help: Install the libraries with the package: pip install "
                "'pants-xpkg[tool]'."
            )
        detail = visible(f"{type(error).__name__}: {error}")
        return _fail(
            f"error XP000: The tool itself failed: {detail}\n"
            "  help: This is a bug of pants-xpkg: please report it with the files that cause it."
        )
    return code


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return _FAILED


def _forget_stdout() -> None:
    # Python flushes standard output once more at its end, and would complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """The arguments of all commands."""
    top = _parser("xpkg", "Lints, builds, publishes and reads Crossplane packages.")
    top.add_argument(
        "--version", action=_ShowVersion, nargs=0, help="show the program's version and exit"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=_EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    lint = command("lint", "Shows what is wrong with a package, all of it at once.")
    _folder_arguments(lint, ignored_codes="--ignore", ignored_paths="--ignore-path")
    _format_argument(lint)

    build = command("build", "Checks a package, and writes it and its description.")
    _folder_arguments(build, ignored_codes="--ignore-rule", ignored_paths="--ignore")
    names = build.add_mutually_exclusive_group()
    names.add_argument(
        "--output", "-o", metavar="FILE", help="the file (default: DIR/<friendly ID>.xpkg)"
    )
    names.add_argument(
        "--name", metavar="NAME", help="the name in the default file name (default: metadata.name)"
    )

    push = command("push", "Sends a package to a registry or to a layout directory.")
    push.add_argument(
        "reference",
        metavar="REF",
        help="registry/repository:tag, or oci-layout:DIR:REPOSITORY:TAG",
    )
    push.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="the package (default: the only one here); several, one for each platform, become an "
        "index",
    )
    _registry_arguments(push)

    copy = command("copy", "Copies a published package to somewhere else, with its digests.")
    copy.add_argument("source", metavar="SOURCE", help=_SOURCE)
    copy.add_argument(
        "destination",
        metavar="DESTINATION",
        help="registry/repository:tag, or oci-layout:DIR:REPOSITORY:TAG",
    )
    copy.add_argument(
        "--source-insecure", action="store_true", help="speak plain HTTP to the source's registry"
    )
    copy.add_argument(
        "--source-ca-file", metavar="FILE", help="trust these authorities for the source's registry"
    )
    _registry_arguments(copy)

    verify = command("verify", "Checks all digests and sizes of a package, and lints it.")
    inspect = command("inspect", "Shows what is in a package.")
    extract = command("extract", "Writes the package.yaml and the examples of a package.")
    for reader in (verify, inspect, extract):
        reader.add_argument("source", metavar="SOURCE", help=_SOURCE)
        reader.add_argument("--insecure", action="store_true", help="plain HTTP to the registry")
    _format_argument(verify)
    _fail_on_argument(verify)
    inspect.add_argument(
        "--format", choices=("text", "json"), default="text", help="(default: text)"
    )
    extract.add_argument(
        "--output", "-o", metavar="DIR", default=".", help="where to (default: here)"
    )
    return top


class _ShowVersion(argparse.Action):
    """Finds the version out when it is asked for: all sources are read for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"{parser.prog} {wheel_version()} (format {FORMAT_VERSION})")
        parser.exit()


def _parser(program: str, summary: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        program,
        description=summary,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _registry_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--insecure", action="store_true", help="speak plain HTTP to the registry")
    command.add_argument(
        "--ca-file", metavar="FILE", help="trust the authorities in this PEM file, too"
    )
    command.add_argument(
        "--mutable-tags",
        metavar="GLOB",
        action="append",
        help="tags that may move to another digest, such as latest or v1.*; comma-separated, may "
        "be repeated (default: none)",
    )


def _format_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("text", "json", "sarif", "github"),
        default="text",
        help="how findings are written (default: text)",
    )


def _fail_on_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fail-on",
        choices=("error", "warning"),
        default="error",
        help="from which severity on findings fail (default: error)",
    )


def _folder_arguments(
    command: argparse.ArgumentParser, *, ignored_codes: str, ignored_paths: str
) -> None:
    """What lint and build share. `--ignore` means rules to one and, as upstream has it, files to
    the other."""
    command.add_argument("directory", metavar="DIR", help="the package's folder")
    command.add_argument(
        "--examples", metavar="DIR", help="the folder of the examples (default: DIR/examples)"
    )
    command.add_argument(
        ignored_paths,
        dest="ignored_paths",
        metavar="GLOB",
        action="append",
        help="leave files out: * and ? match within a folder, ** any folders; relative to DIR, "
        "comma-separated, may be repeated",
    )
    command.add_argument(
        "--select", metavar="CODES", action="append", help="the rules to apply: XP010, XP2, ALL"
    )
    command.add_argument(
        ignored_codes,
        dest="ignored_codes",
        metavar="CODES",
        action="append",
        help="the rules not to apply; those of Crossplane itself always are",
    )
    command.add_argument(
        "--per-path-ignores",
        metavar="GLOB:CODES",
        action="append",
        help="the rules not to apply to some files",
    )
    _fail_on_argument(command)


if __name__ == "__main__":
    sys.exit(main())
