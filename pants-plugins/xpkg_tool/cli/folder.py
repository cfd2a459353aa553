"""From a folder on the command line to a request to build or lint it."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Sequence

from xpkg_tool.building.build import PackageRequest
from xpkg_tool.cli.failure import Failure, os_failure
from xpkg_tool.diagnostics.catalogue import rules_of
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.discovery.walk import Walk, shown_path, walk
from xpkg_tool.files.globs import BadPattern, compile_glob
from xpkg_tool.lint.selection import Selection

_EXAMPLES = "examples"
# A meta object may be in any file; these are the usual ones.
_META_FILES = ("crossplane.yaml", "crossplane.yml")


def folders(arguments: Namespace) -> list[str]:
    """The folders that the arguments name, each once; by default the current one. Raises Failure.

    Reads `directories`, `package_roots` and `examples`, and for `lint` also `containing`."""
    named = [*arguments.directories, *(arguments.package_roots or ())]
    if getattr(arguments, "containing", False):
        found = _packages_containing(named)
    else:
        by_path = {os.path.normpath(directory): directory for directory in reversed(named or ["."])}
        found = list(reversed(by_path.values()))
    for directory in found:
        if os.path.isfile(directory):
            raise Failure(
                f"{directory} is a file, not a folder.",
                "Name the folder that contains the package's files. With --containing, `lint` "
                "finds it from the names of files.",
            )
        if not os.path.isdir(directory):
            raise Failure(
                f"The folder {directory} does not exist.",
                "Name the folder that contains the package's files.",
            )
    if arguments.examples is not None and len(found) > 1:
        raise Failure(
            "--examples-root applies to one package, but several are given.",
            "Name one package at a time, or leave the option out: then the examples are read from "
            "the folder `examples` of each package.",
        )
    return found


def _packages_containing(files: Sequence[str]) -> list[str]:
    """The nearest folders with a package that are, or contain, the given paths, sorted; paths that
    are not in a package are left out."""
    found = []
    for file in files:
        path = os.path.normpath(file)
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        while not any(os.path.isfile(os.path.join(folder, name)) for name in _META_FILES):
            if folder in ("", "/") or os.path.basename(folder) == os.pardir:
                break
            folder = os.path.dirname(folder)
        else:
            found.append(folder or os.curdir)
    return sorted(dict.fromkeys(found))


def read_folder(directory: str, arguments: Namespace) -> PackageRequest:
    """The request for the package in `directory`, with all its files read. Raises Failure.

    Reads `examples`, `ignored_paths`, `select`, `ignored_codes`, `per_path_ignores` and `fail_on`
    of the arguments."""
    selection = _selection(arguments)
    ignored = split_commas(arguments.ignored_paths)
    for pattern in ignored:
        _check_pattern(pattern)
    examples = arguments.examples
    named = examples is not None
    if named and not os.path.isdir(examples):
        raise Failure(
            f"The folder {examples} does not exist.",
            "Name one that exists, or leave out --examples-root.",
        )
    if not named:
        examples = os.path.join(directory, _EXAMPLES)
    sources = _walk(directory, ignored, without=examples if named else _unlinked(examples))
    found = Walk({}, ())
    if named or (os.path.isdir(examples) and _unlinked(examples)):
        below = () if named else _below(ignored)
        found = _walk(examples, below, within=directory, loss=WARNING)
    # The folder of the examples itself may be a link.
    linked = "" if named else shown_path(examples, "")
    return PackageRequest(
        name=directory,
        root=shown_path(directory, ""),
        sources=sources.files,
        examples=found.files,
        examples_expected=named,
        selection=selection,
        findings=(*(_lenient(f, linked) for f in sources.findings), *found.findings),
        fail_on=arguments.fail_on,
    )


def _lenient(finding: Finding, linked: str) -> Finding:
    return finding._replace(severity=WARNING) if finding.path == linked else finding


def _unlinked(examples: str) -> str:
    """The default folder of examples unless it is a link, which is reported as any other link."""
    return "" if os.path.islink(examples) else examples


def _below(ignored: Sequence[str]) -> list[str]:
    """The patterns as they apply inside the default folder of examples."""
    inside = [p[len(_EXAMPLES) + 1 :] for p in ignored if p.startswith(f"{_EXAMPLES}/")]
    return inside + [p for p in ignored if p.startswith("**/")]


def _walk(
    directory: str,
    ignored: Sequence[str],
    *,
    within: str = "",
    without: str = "",
    loss: str = ERROR,
) -> Walk:
    try:
        return walk(directory, ignore=ignored, within=within, without=without, loss=loss)
    except OSError as error:
        raise os_failure("The folder cannot be read", directory, error) from None


def _selection(arguments: Namespace) -> Selection:
    per_path = []
    for pair in arguments.per_path_ignores or ():
        glob, colon, codes = pair.rpartition(":")
        if not colon or not glob:
            raise Failure(
                f"{pair!r} does not have the form GLOB:CODES.",
                "For example: --per-path-ignores 'crds/*.yaml:XP401,XP402'.",
            )
        _check_pattern(glob)
        per_path.append((glob, tuple(_codes([codes]))))
    return Selection(
        tuple(_codes(arguments.select)), tuple(_codes(arguments.ignored_codes)), tuple(per_path)
    )


def _codes(values: Sequence[str] | None) -> list[str]:
    codes = split_commas(values)
    for code in codes:
        if code != "ALL" and not rules_of(code):
            raise Failure(
                f"No rule's code begins with {code!r}.",
                "Use a code (XP010), a prefix of several (XP2), or ALL. `xpkg rule` lists the "
                "codes.",
            )
    return codes


def _check_pattern(pattern: str) -> None:
    try:
        compile_glob(pattern)
    except BadPattern as error:
        raise Failure(
            str(error), "`*`, `?`, `[a-z]` and `**` have a special meaning in patterns."
        ) from None


def split_commas(values: Sequence[str] | None) -> list[str]:
    """The parts of comma-separated values of an option that may be given several times."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]
