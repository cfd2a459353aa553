"""What the command line takes: the commands and their arguments."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from xpkg_tool import FORMAT_VERSION, build_version
from xpkg_tool.cli.dependency_arguments import (
    cache_commands,
    cluster_arguments,
    graph_arguments,
    lock_arguments,
)
from xpkg_tool.cli.options import (
    fail_on_argument,
    folder_arguments,
    format_argument,
    registry_arguments,
    report_argument,
    text_arguments,
)

_EXIT_CODES = """\
exit codes:
  0  success (warnings may have been shown)
  1  there are errors, or warnings with --fail-on warning
  2  wrong usage, or the command could not do its work
"""

_DESTINATION = "registry/repository:tag, or oci-layout:DIR:REPOSITORY:TAG"
_SOURCE = (
    "a package file, a directory in the OCI image layout, `oci-layout:DIR:REPOSITORY:TAG`, or a "
    "reference such as xpkg.example.org/team/package:v1.0.0"
)


def parser() -> argparse.ArgumentParser:
    """The arguments of all commands."""
    top = _Parser(
        prog="xpkg", description="Lints, builds, publishes and inspects Crossplane packages."
    )
    top.add_argument(
        "--version", action=_ShowVersion, nargs=0, help="show the program's version and exit"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary)

    lint = command("lint", "Shows everything that is wrong with packages.")
    folder_arguments(
        lint, ignored_codes=("--ignore", "--ignore-rule"), ignored_paths=("--ignore-path",)
    )
    lint.add_argument(
        "--containing",
        action="store_true",
        help="treat the arguments as files, and lint the packages that contain them: the nearest "
        "parent folders with a crossplane.yaml (for git hooks)",
    )
    format_argument(lint)
    text_arguments(lint)

    build = command("build", "Checks packages and writes them, with their descriptions.")
    folder_arguments(
        build, ignored_codes=("--ignore-rule",), ignored_paths=("--ignore", "--ignore-path")
    )
    names = build.add_mutually_exclusive_group()
    names.add_argument(
        "--output",
        "-o",
        "--package-file",
        metavar="FILE",
        help="write the package to this file (default: DIR/<friendly ID>.xpkg)",
    )
    names.add_argument(
        "--name",
        metavar="NAME",
        help="use this name in the default file name (default: metadata.name)",
    )
    text_arguments(build)

    push = command("push", "Sends a package to a registry or to a layout directory.")
    push.add_argument("reference", metavar="REF", help=f"send the package to {_DESTINATION}")
    push.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        default=[],
        help="send this package (default: the only one in the current folder); several packages, "
        "one per platform, become an index",
    )
    push.add_argument(
        "--package-files",
        "-f",
        metavar="FILES",
        action="append",
        help="send these packages as well; comma-separated, may be repeated",
    )
    registry_arguments(push)

    copy = command("copy", "Copies a published package elsewhere, keeping its digests.")
    copy.add_argument("source", metavar="SOURCE", help=f"copy {_SOURCE}")
    copy.add_argument("destination", metavar="DESTINATION", help=f"copy it to {_DESTINATION}")
    copy.add_argument(
        "--source-insecure", action="store_true", help="use plain HTTP for the source's registry"
    )
    copy.add_argument(
        "--source-ca-file",
        metavar="FILE",
        help="trust the certificate authorities in this PEM file for the source's registry as well",
    )
    registry_arguments(copy)

    verify = command("verify", "Checks all digests and sizes of a package, and lints it.")
    inspect = command("inspect", "Shows what is in a package.")
    extract = command("extract", "Writes the package.yaml and the examples of a package.")
    for reader in (verify, inspect, extract):
        reader.add_argument("source", metavar="SOURCE", help=f"read {_SOURCE}")
        reader.add_argument(
            "--insecure", action="store_true", help="use plain HTTP for the registry"
        )
    format_argument(verify)
    fail_on_argument(verify)
    text_arguments(verify)
    report_argument(inspect)
    extract.add_argument(
        "--output",
        "-o",
        metavar="DIR",
        default=".",
        help="write the files into this folder (default: the current one)",
    )

    graph_arguments(command("graph", "Shows which packages depend on which."))

    lock_arguments(
        command("lock", "Locks the external packages that packages depend on, in xpkg.lock.")
    )

    cache_commands(
        command("cache", "Shows, checks and fills the cache of packages from registries.")
    )

    cluster_arguments(
        command("install", "Installs a package in a cluster, with kubectl."),
        command("update", "Changes the version of a package in a cluster, with kubectl."),
    )

    rule = command("rule", "Explains lint rules, or lists them, one per line.")
    rule.add_argument(
        "codes",
        metavar="CODE",
        nargs="*",
        help="explain this rule (XP202), or list the rules with this prefix (XP2); without a code, "
        "list all rules",
    )

    completion = command("completion", "Prints a completion script for a shell.")
    completion.add_argument(
        "shell", choices=("bash", "zsh", "fish"), help="print the script for this shell"
    )
    return top


class _ShowVersion(argparse.Action):
    """Determines the version only on request, because that reads all sources."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"{parser.prog} {build_version()} (format {FORMAT_VERSION})")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """The parser of the program, and of each command."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            epilog=_EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **options,
        )

    def print_help(self, file: Any = None) -> None:
        """Raises if the output cannot be written; newer versions of argparse ignore that."""
        (file or sys.stdout).write(self.format_help())
