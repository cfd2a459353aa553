"""The minimal backend for the goal `package`, only for benchmarks.

`trivial_package` takes the same files as `xpkg_package` does; to build one is to run `true` with
them in a process of its own. So what it takes is what Pants itself takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.package import (
    BuiltPackage,
    BuiltPackageArtifact,
    OutputPathField,
    PackageFieldSet,
)
from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.process import Process, ProcessResult
from pants.engine.rules import Get, collect_rules, rule
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    Dependencies,
    HydratedSources,
    HydrateSourcesRequest,
    MultipleSourcesField,
    Target,
)
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel


class TrivialSourcesField(MultipleSourcesField):
    default = ("**/*.yaml",)


class TrivialPackage(Target):
    alias = "trivial_package"
    core_fields = (*COMMON_TARGET_FIELDS, Dependencies, TrivialSourcesField, OutputPathField)
    help = "A package whose build does nothing."


@dataclass(frozen=True)
class TrivialFieldSet(PackageFieldSet):
    required_fields = (TrivialSourcesField,)

    sources: TrivialSourcesField


@rule(level=LogLevel.DEBUG)
async def package_trivially(field_set: TrivialFieldSet) -> BuiltPackage:
    sources = await Get(HydratedSources, HydrateSourcesRequest(field_set.sources))
    await Get(
        ProcessResult,
        Process(
            argv=("/bin/true",),
            input_digest=sources.snapshot.digest,
            description=f"Running true for {field_set.address}",
            level=LogLevel.DEBUG,
        ),
    )
    path = f"{field_set.address.path_safe_spec}.txt"
    digest = await Get(Digest, CreateDigest([FileContent(path, b"")]))
    return BuiltPackage(digest, (BuiltPackageArtifact(path),))


def target_types() -> Iterable[type[Target]]:
    return (TrivialPackage,)


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(PackageFieldSet, TrivialFieldSet))
