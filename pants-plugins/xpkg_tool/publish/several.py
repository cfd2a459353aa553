"""Publishes several packages at once, each after those that it depends on.

They share the connections, so each registry is probed once, and a token serves as many repositories
as it has room for. What goes wrong with a package concerns those that depend on it, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xpkg_tool.diagnostics.errors import ARCHIVE, PublishError, internal_error, publish_error
from xpkg_tool.oci.artifact import Artifact, artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import Reference
from xpkg_tool.process.threads import in_parallel
from xpkg_tool.publish.outcome import Outcome
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import Registries


@dataclass(frozen=True)
class PackageWrites:
    """A package to publish: the file `archive`, which must have the `digest`, under each of
    `writes`. `mount_from` is as for `publish.publish`; `after` are the numbers of earlier packages
    that it depends on."""

    name: str
    archive: str
    digest: str
    writes: tuple[Write, ...]
    mount_from: Mapping[str, Sequence[str]] = field(default_factory=dict)
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class PackageOutcome:
    """An outcome for each place that was to be written; or none, because the packages `failed`,
    which this one depends on, directly or not."""

    outcomes: Mapping[Reference, Outcome]
    failed: tuple[str, ...] = ()


class Watcher:
    """Is told, from several threads, what happens. This one ignores it."""

    def begin(self, number: int) -> None:
        """The package with the number is about to be sent."""

    def end(self, number: int, outcome: PackageOutcome) -> None:
        """It is published, or will not be."""


def publish_several(
    packages: Sequence[PackageWrites], registries: Registries, at_once: int, watcher: Watcher
) -> list[PackageOutcome]:
    """Publishes the packages, at most `at_once` at a time, and returns an outcome for each.
    Nothing is raised for what is wrong with one of them."""
    # A token is requested for all that are known by then, to write to and to mount from.
    for package in packages:
        registries.announce([write.place for write in package.writes], package.mount_from)
    ended: dict[int, PackageOutcome] = {}

    def one(number: int) -> PackageOutcome:
        package = packages[number]
        failed = _failed(package.after, packages, ended)
        if failed:
            outcome = PackageOutcome({}, failed)
        else:
            watcher.begin(number)
            outcome = PackageOutcome(_outcomes(package, registries))
        ended[number] = outcome
        watcher.end(number, outcome)
        return outcome

    after = [package.after for package in packages]
    return in_parallel(one, range(len(packages)), at_once, after)


def _failed(
    after: Sequence[int], packages: Sequence[PackageWrites], ended: Mapping[int, PackageOutcome]
) -> tuple[str, ...]:
    """The names of those that failed themselves."""
    names: set[str] = set()
    for number in after:
        names.update(ended[number].failed)
        if any(isinstance(outcome, PublishError) for outcome in ended[number].outcomes.values()):
            names.add(packages[number].name)
    return tuple(sorted(names))


def _outcomes(package: PackageWrites, registries: Registries) -> Mapping[Reference, Outcome]:
    try:
        return publish(_opened(package), package.writes, registries, package.mount_from)
    except PublishError as error:
        failure = error
    # Whatever happens, the other packages are published.
    except Exception as error:
        failure = internal_error(error)
    return {write.place: failure for write in package.writes}


def _opened(package: PackageWrites) -> Artifact:
    artifact = artifact_of([open_archive(package.archive)])
    if artifact.digest != package.digest:
        raise publish_error(
            ARCHIVE,
            f"The built package has the digest {artifact.digest}, but the planned one had "
            f"{package.digest}",
            "Publish again: its sources may have changed in the meantime.",
        )
    return artifact
