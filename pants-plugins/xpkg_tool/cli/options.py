"""Options that several commands of the command line share."""

from __future__ import annotations

import argparse
from typing import Sequence


def folder_arguments(
    command: argparse.ArgumentParser,
    *,
    ignored_codes: Sequence[str],
    ignored_paths: Sequence[str],
) -> None:
    """The arguments that lint and build share. `--ignore` takes rules for lint and, as upstream
    has it, files for build; the longer names mean the same to both."""
    command.add_argument(
        "directories",
        metavar="DIR",
        nargs="*",
        help="read the package in this folder (default: the current one); several folders are "
        "several packages",
    )
    command.add_argument(
        "--package-root",
        "-f",
        dest="package_roots",
        metavar="DIR",
        action="append",
        help="read the package in this folder, as DIR does",
    )
    command.add_argument(
        "--examples-root",
        "--examples",
        "-e",
        dest="examples",
        metavar="DIR",
        help="read the examples in this folder (default: DIR/examples)",
    )
    command.add_argument(
        *ignored_paths,
        dest="ignored_paths",
        metavar="GLOB",
        action="append",
        help="leave files out: * and ? match within a folder, ** matches any number of folders; "
        "relative to DIR, comma-separated, may be repeated",
    )
    command.add_argument(
        "--select",
        metavar="CODES",
        action="append",
        help="apply only these rules, such as XP010 or XP2, or ALL",
    )
    command.add_argument(
        *ignored_codes,
        dest="ignored_codes",
        metavar="CODES",
        action="append",
        help="do not apply these rules (Crossplane's own rules always apply)",
    )
    command.add_argument(
        "--per-path-ignores",
        metavar="GLOB:CODES",
        action="append",
        help="do not apply these rules to some files",
    )
    fail_on_argument(command)


def text_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour findings in the text format (default: auto, that is, on a terminal; NO_COLOR, "
        "FORCE_COLOR and CLICOLOR are respected)",
    )
    command.add_argument(
        "--docs-url",
        metavar="URL",
        help="link findings to the page with the lint rules at this URL (default: $XPKG_DOCS_URL)",
    )


def format_argument(command: argparse.ArgumentParser) -> None:
    choices = ("text", "json", "sarif", "github")
    choice(command, "--format", choices, "write findings in this format")


def fail_on_argument(command: argparse.ArgumentParser) -> None:
    does = "fail on findings of at least this severity"
    choice(command, "--fail-on", ("error", "warning"), does)


def report_argument(command: argparse.ArgumentParser) -> None:
    choice(command, "--format", ("text", "json"), "write the result in this format")


def registry_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--insecure", action="store_true", help="use plain HTTP for the registry")
    ca_file_argument(command)
    command.add_argument(
        "--mutable-tags",
        metavar="GLOB",
        action="append",
        help="allow these tags, such as latest or v1.*, to move to another digest; "
        "comma-separated, may be repeated (default: none)",
    )
    report_argument(command)


def cache_dir_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="use the cache in this folder, which must exist (default: pants-xpkg/packages in "
        "$XDG_CACHE_HOME or ~/.cache, which is created)",
    )


def ca_file_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ca-file",
        metavar="FILE",
        help="trust the certificate authorities in this PEM file as well",
    )


def reading_arguments(command: argparse.ArgumentParser) -> None:
    """What a command needs that reads from any registries."""
    command.add_argument(
        "--insecure-registry",
        dest="insecure_registries",
        metavar="HOST",
        action="append",
        help="use plain HTTP for this registry (host[:port]); may be repeated",
    )
    ca_file_argument(command)


def choice(
    command: argparse.ArgumentParser, option: str, choices: Sequence[str], does: str
) -> None:
    """An option with one of `choices`, by default the first one."""
    first = choices[0]
    command.add_argument(option, choices=choices, default=first, help=f"{does} (default: {first})")
