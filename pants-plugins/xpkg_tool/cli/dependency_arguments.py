"""The arguments of the commands for dependencies: `graph`, `lock`, `cache`, `install`, `update`."""

from __future__ import annotations

import argparse

from xpkg_tool.cli.options import cache_dir_argument, choice, reading_arguments, report_argument


def graph_arguments(graph: argparse.ArgumentParser) -> None:
    graph.add_argument(
        "directories",
        metavar="DIR",
        nargs="*",
        help="show the package in this folder and what it depends on (default: the current one)",
    )
    _own_arguments(graph)
    graph.add_argument(
        "--lock",
        dest="locks",
        metavar="FILE",
        action="append",
        help="take the versions of external packages from this lock file; may be repeated "
        "(default: xpkg.lock in the current folder, if it exists)",
    )
    formats = ("tree", "json", "dot", "mermaid")
    choice(graph, "--format", formats, "write the graph in this format")
    graph.set_defaults(package_roots=None, examples=None)


def lock_arguments(lock: argparse.ArgumentParser) -> None:
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
    _own_arguments(lock)
    lock.add_argument(
        "--check",
        action="store_true",
        help="write nothing; the exit code is 1 if the lock would change, if a locked version has "
        "moved or is gone, or if the lock contradicts a package",
    )
    cache_dir_argument(lock)
    reading_arguments(lock)
    # What other commands with folders have besides.
    lock.set_defaults(package_roots=None, examples=None)


def _own_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--known-as",
        metavar="PREFIX",
        action="append",
        help="take PREFIX/NAME (registry.example.org/platform/NAME) in dependencies for the "
        "package among those in the folders that has this metadata.name; comma-separated, may be "
        "repeated",
    )
    command.add_argument(
        "--own",
        metavar="SOURCE",
        action="append",
        help="take this package for one of the same repository, also if its folder is not given; "
        "comma-separated, may be repeated",
    )


def cache_commands(cache: argparse.ArgumentParser) -> None:
    actions = cache.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=summary, description=summary)
        cache_dir_argument(added)
        added.set_defaults(max_size=None)
        return added

    listing = action("list", "Lists the packages, the least recently used first.")
    report_argument(listing)
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
        reading_arguments(fetching)
    export.add_argument(
        "--crossplane",
        metavar="DIR",
        required=True,
        help="write the files of Crossplane's own package cache into this folder",
    )


def cluster_arguments(install: argparse.ArgumentParser, update: argparse.ArgumentParser) -> None:
    for changer, verb, dry in (
        (install, "install", "print the object instead of creating it"),
        (update, "update", "print what would be changed of the object instead of changing it"),
    ):
        changer.add_argument(
            "kind",
            metavar="KIND",
            choices=("provider", "configuration", "function"),
            help=f"{verb} this kind of package: provider, configuration or function",
        )
        changer.add_argument(
            "reference",
            metavar="REF",
            help="install this package, such as xpkg.example.org/team/package:v1.0.0"
            if changer is install
            else "change it to this package, such as xpkg.example.org/team/package:v2.0.0",
        )
        changer.add_argument(
            "name",
            metavar="NAME",
            nargs="?",
            help=f"{verb} the object of this name (default: the one that the package manager gives "
            "to dependencies, derived from the repository)",
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
        changer.add_argument("--dry-run", action="store_true", help=dry)
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
