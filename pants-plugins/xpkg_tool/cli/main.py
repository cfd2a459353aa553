"""`xpkg`: the command line of the tool, for people and CI systems without Pants.

Only arguments are parsed here. A command's module is imported when it runs, because most imports
take longer than building a small package.
"""

from __future__ import annotations

import argparse
import importlib
import io
import sys
from typing import Any, Sequence

from xpkg_tool import FORMAT_VERSION, build_version
from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.diagnostics.log_commands import guarded_output
from xpkg_tool.process.streams import discard, replace_closed_streams

_INTERRUPTED = 130  # The convention of shells: 128 + the signal's number.
_BROKEN_PIPE = 141
_FAILED = 2

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
    _folder_arguments(
        lint, ignored_codes=("--ignore", "--ignore-rule"), ignored_paths=("--ignore-path",)
    )
    lint.add_argument(
        "--containing",
        action="store_true",
        help="treat the arguments as files, and lint the packages that contain them: the nearest "
        "parent folders with a crossplane.yaml (for git hooks)",
    )
    _format_argument(lint)
    _text_arguments(lint)

    build = command("build", "Checks packages and writes them, with their descriptions.")
    _folder_arguments(
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
    _text_arguments(build)

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
    _registry_arguments(push)

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
    _registry_arguments(copy)

    verify = command("verify", "Checks all digests and sizes of a package, and lints it.")
    inspect = command("inspect", "Shows what is in a package.")
    extract = command("extract", "Writes the package.yaml and the examples of a package.")
    for reader in (verify, inspect, extract):
        reader.add_argument("source", metavar="SOURCE", help=f"read {_SOURCE}")
        reader.add_argument(
            "--insecure", action="store_true", help="use plain HTTP for the registry"
        )
    _format_argument(verify)
    _fail_on_argument(verify)
    _text_arguments(verify)
    _report_argument(inspect)
    extract.add_argument(
        "--output",
        "-o",
        metavar="DIR",
        default=".",
        help="write the files into this folder (default: the current one)",
    )

    _graph_arguments(command("graph", "Shows which packages depend on which."))

    _lock_arguments(
        command("lock", "Locks the packages of others that packages depend on, in xpkg.lock.")
    )

    _cache_commands(
        command("cache", "Shows, checks and fills the cache of packages from registries.")
    )

    _cluster_arguments(
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


def _graph_arguments(graph: argparse.ArgumentParser) -> None:
    graph.add_argument(
        "directories",
        metavar="DIR",
        nargs="*",
        help="show the package in this folder and what it depends on (default: the current one)",
    )
    graph.add_argument(
        "--known-as",
        metavar="PREFIX",
        action="append",
        help="take PREFIX/NAME (registry.example.org/platform/NAME) in dependencies for the "
        "package among those in the folders that has this metadata.name; comma-separated, may be "
        "repeated",
    )
    graph.add_argument(
        "--lock",
        dest="locks",
        metavar="FILE",
        action="append",
        help="take the versions of other packages from this lock file; may be repeated (default: "
        "xpkg.lock in the current folder, if it exists)",
    )
    formats = ("tree", "json", "dot", "mermaid")
    _choice(graph, "--format", formats, "write the graph in this format")
    graph.set_defaults(package_roots=None, examples=None)


def _cluster_arguments(install: argparse.ArgumentParser, update: argparse.ArgumentParser) -> None:
    for changer in (install, update):
        changer.add_argument(
            "kind",
            metavar="KIND",
            choices=("provider", "configuration", "function"),
            help="install this kind of package: provider, configuration or function",
        )
        changer.add_argument(
            "reference",
            metavar="REF",
            help="install this package, such as xpkg.example.org/team/package:v1.0.0",
        )
        changer.add_argument(
            "name",
            metavar="NAME",
            nargs="?",
            help="use this name for the object (default: the one that the package manager gives to "
            "dependencies, derived from the repository)",
        )
        changer.add_argument(
            "--wait",
            "-w",
            metavar="TIME",
            default="0s",
            help="wait this long, such as 90s or 5m, until the package is installed and healthy "
            "(default: do not wait)",
        )
        changer.add_argument(
            "--context",
            metavar="CONTEXT",
            default="",
            help="use this context of the kubeconfig (default: the current one)",
        )
    install.add_argument(
        "--manual-activation",
        "-m",
        action="store_true",
        help="let somebody activate each revision of the package",
    )
    install.add_argument(
        "--revision-history-limit",
        "-r",
        metavar="NUMBER",
        type=int,
        help="keep so many inactive revisions; 0 keeps all (default: 1)",
    )
    install.add_argument(
        "--package-pull-secrets",
        metavar="NAMES",
        action="append",
        help="pull the package with these Secrets in Crossplane's namespace; comma-separated, may "
        "be repeated",
    )
    install.add_argument(
        "--package-pull-policy",
        metavar="POLICY",
        choices=("IfNotPresent", "Always", "Never"),
        help="pull the package IfNotPresent, Always or Never (default: IfNotPresent)",
    )
    install.add_argument(
        "--runtime-config",
        metavar="NAME",
        help="run the provider or the function with this DeploymentRuntimeConfig",
    )
    install.add_argument(
        "--skip-dependency-resolution",
        action="store_true",
        help="do not let the package manager install the package's dependencies",
    )
    install.add_argument(
        "--dry-run",
        action="store_true",
        help="print the object instead of creating it",
    )


def _lock_arguments(lock: argparse.ArgumentParser) -> None:
    lock.add_argument(
        "directories",
        metavar="DIR",
        nargs="*",
        help="lock what the package in this folder depends on (default: the current one); several "
        "folders share a lock",
    )
    lock.add_argument(
        "--lock",
        metavar="FILE",
        default="xpkg.lock",
        help="write this lock file (default: xpkg.lock in the current folder)",
    )
    lock.add_argument(
        "--upgrade",
        metavar="SOURCE",
        action="append",
        help="take the highest version of this package, even if the locked one satisfies all; * "
        "for all packages; comma-separated, may be repeated",
    )
    lock.add_argument(
        "--own",
        metavar="SOURCE",
        action="append",
        help="do not lock this package, which is made from the same repository; comma-separated, "
        "may be repeated",
    )
    lock.add_argument(
        "--check",
        action="store_true",
        help="write nothing; the exit code is 1 if the lock would change",
    )
    lock.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="use the cache in this folder, which must exist (default: pants-xpkg/packages in "
        "$XDG_CACHE_HOME or ~/.cache, which is created)",
    )
    lock.add_argument(
        "--insecure-registry",
        dest="insecure_registries",
        metavar="HOST",
        action="append",
        help="use plain HTTP for this registry (host[:port]); may be repeated",
    )
    lock.add_argument(
        "--ca-file",
        metavar="FILE",
        help="trust the certificate authorities in this PEM file as well",
    )
    # What other commands with folders have besides.
    lock.set_defaults(package_roots=None, examples=None)


def _cache_commands(cache: argparse.ArgumentParser) -> None:
    actions = cache.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=summary, description=summary)
        added.add_argument(
            "--cache-dir",
            metavar="DIR",
            help="use the cache in this folder, which must exist (default: pants-xpkg/packages in "
            "$XDG_CACHE_HOME or ~/.cache, which is created)",
        )
        added.set_defaults(max_size=None)
        return added

    listing = action("list", "Lists the packages, those first that make room first.")
    _report_argument(listing)
    action("verify", "Verifies each package, and removes the damaged ones.")
    prune = action("prune", "Removes the packages that no lock names.")
    fetch = action("fetch", "Fetches the packages that the locks name, if they are not there.")
    export = action("export", "Writes the packages that the locks name as files for a cluster.")
    for locked in (prune, fetch, export):
        locked.add_argument(
            "--lock",
            dest="locks",
            metavar="FILE",
            action="append",
            help="read this lock file; may be repeated (default: xpkg.lock in the current folder)",
        )
    prune.add_argument(
        "--max-size",
        metavar="SIZE",
        help="remove the least recently used packages until the rest has at most this size, such "
        "as 500MiB (without --lock: only these)",
    )
    for fetching in (fetch, export):
        fetching.add_argument(
            "--insecure-registry",
            dest="insecure_registries",
            metavar="HOST",
            action="append",
            help="use plain HTTP for this registry (host[:port]); may be repeated",
        )
        fetching.add_argument(
            "--ca-file",
            metavar="FILE",
            help="trust the certificate authorities in this PEM file as well",
        )
    export.add_argument(
        "--crossplane",
        metavar="DIR",
        required=True,
        help="write the files of Crossplane's own package cache into this folder",
    )


def _registry_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--insecure", action="store_true", help="use plain HTTP for the registry")
    command.add_argument(
        "--ca-file",
        metavar="FILE",
        help="trust the certificate authorities in this PEM file as well",
    )
    command.add_argument(
        "--mutable-tags",
        metavar="GLOB",
        action="append",
        help="allow these tags, such as latest or v1.*, to move to another digest; "
        "comma-separated, may be repeated (default: none)",
    )
    _report_argument(command)


def _report_argument(command: argparse.ArgumentParser) -> None:
    _choice(command, "--format", ("text", "json"), "write the result in this format")


def _format_argument(command: argparse.ArgumentParser) -> None:
    choices = ("text", "json", "sarif", "github")
    _choice(command, "--format", choices, "write findings in this format")


def _fail_on_argument(command: argparse.ArgumentParser) -> None:
    does = "fail on findings of at least this severity"
    _choice(command, "--fail-on", ("error", "warning"), does)


def _choice(
    command: argparse.ArgumentParser, option: str, choices: Sequence[str], does: str
) -> None:
    """An option with one of `choices`, by default the first one."""
    first = choices[0]
    command.add_argument(option, choices=choices, default=first, help=f"{does} (default: {first})")


def _text_arguments(command: argparse.ArgumentParser) -> None:
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


def _folder_arguments(
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
    _fail_on_argument(command)
