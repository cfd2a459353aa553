"""Under which sources the packages of a repository are known: `--known-as` and `--own`, for
commands that know the packages by their folders."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from xpkg_tool.cli.failure import Failure
from xpkg_tool.cli.folder import split_commas
from xpkg_tool.dependencies.metas import Meta
from xpkg_tool.dependencies.model import parse_source, without_identifier
from xpkg_tool.diagnostics.finding import cut
from xpkg_tool.diagnostics.user_info import without_user


def own_sources(arguments: Namespace, metas: Mapping[str, Meta]) -> dict[str, tuple[str, ...]]:
    """The sources of the repository's own packages, each with the folders of `metas` that it means:
    those with the last part of the source as their `metadata.name`. None, where `--own` names a
    package that is not among them. Raises Failure for what is no source."""
    named: dict[str, tuple[str, ...]] = {}
    for folder, meta in metas.items():
        if meta.name:
            named[meta.name] = (*named.get(meta.name, ()), folder)
    prefixes = [prefix.rstrip("/") for prefix in split_commas(arguments.known_as)]
    for prefix in prefixes:
        _check("--known-as", prefix, f"{prefix}/package", "registry.example.org/platform")
    for source in split_commas(arguments.own):
        _check("--own", source, source, "registry.example.org/platform/package")
    known = (f"{prefix}/{name}" for prefix in prefixes for name in named)
    sources = dict.fromkeys((*known, *split_commas(arguments.own)))
    return {source: named.get(last_part(source), ()) for source in sources}


def last_part(source: str) -> str:
    return source.rpartition("/")[2]


def _check(option: str, value: str, source: str, example: str) -> None:
    """Raises Failure where no dependency could name the source."""
    if parse_source(source) is None or without_identifier(source) != source:
        raise Failure(
            f"{option} {cut(without_user(value))!r} is not what a source is or begins with.",
            f"Write it as `spec.dependsOn` does, without a tag or a digest, such as {example}.",
        )
