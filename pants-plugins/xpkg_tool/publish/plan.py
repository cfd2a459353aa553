"""Plans publishing, before anything is written: looks up each reference, and decides what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Callable

from xpkg_tool.diagnostics.errors import PublishError, internal_error
from xpkg_tool.messages.plan import Action, PlannedPackage
from xpkg_tool.oci.reference import Reference
from xpkg_tool.oci.write.layout import has_manifest, named_digests
from xpkg_tool.process.threads import in_parallel
from xpkg_tool.publish.decision import Decision, Found, decide
from xpkg_tool.publish.destination import Destination, read_destination
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import RegistrySettings


@dataclass(frozen=True)
class Package:
    """A package to publish: its name (for the answer), the digest of its manifest or index, and its
    destinations."""

    name: str
    digest: str
    destinations: tuple[Destination, ...]

    @staticmethod
    def of(name: str, digest: str, references: Iterable[str]) -> Package:
        """The same with its references as strings."""
        return Package(name, digest, tuple(map(read_destination, references)))


@dataclass(frozen=True)
class PackageDecision:
    """The decisions for one package; `references` are in the order of the request. Nothing of the
    package may be written if one of them is REFUSED or FAILED."""

    name: str
    references: tuple[Decision, ...]

    @property
    def error(self) -> PublishError | None:
        """The first reason why nothing may be written."""
        return next((r.error for r in self.references if r.error), None)

    def message(self) -> PlannedPackage:
        return PlannedPackage(self.name, tuple(r.message() for r in self.references))


def plan(
    packages: Sequence[Package], registries: Registries, *, by_digest: bool = False
) -> tuple[PackageDecision, ...]:
    """The plan for each package, in their order. Errors of the environment are returned, not
    raised.

    Makes a HEAD request for each reference, several at once, and a GET for each tag that it does
    not find: a HEAD alone does not prove that a tag is free. With `by_digest`, also requests the
    manifest where a tag would be written, to distinguish `tag only` from `push` (publishing finds
    that out by itself)."""
    places = [d.place for package in packages for d in package.destinations]
    asked = list(dict.fromkeys(place for place in places if isinstance(place, Reference)))
    found = _look_up(asked, registries)
    rivals = _rivals(packages)

    def decided(destination: Destination, local: str) -> Decision:
        text, place = destination.text, destination.place
        if isinstance(place, PublishError):
            return decide(text, place, local, None, RegistrySettings())
        settings = registries.settings(place.registry)
        return decide(text, place, local, found[place], settings, rivals.get(place, ()))

    planned = tuple(
        PackageDecision(
            package.name,
            _known_there(decided(d, package.digest) for d in package.destinations),
        )
        for package in packages
    )
    return _with_manifests(planned, registries) if by_digest else planned


def failed(packages: Sequence[Package], error: PublishError) -> tuple[PackageDecision, ...]:
    """The plan for packages that could not be planned because of `error`."""
    return tuple(
        PackageDecision(
            package.name,
            tuple(
                decide(d.text, error, package.digest, None, RegistrySettings())
                for d in package.destinations
            ),
        )
        for package in packages
    )


def _rivals(packages: Sequence[Package]) -> dict[Reference, list[tuple[str, str]]]:
    claims: dict[Reference, dict[tuple[str, str], None]] = defaultdict(dict)
    for package in packages:
        for destination in package.destinations:
            if isinstance(destination.place, Reference):
                claims[destination.place][package.name, package.digest] = None
    return {p: list(c) for p, c in claims.items() if len({digest for _, digest in c}) > 1}


def _look_up(places: Sequence[Reference], registries: Registries) -> dict[Reference, Found]:
    layouts: dict[str, Mapping[str, str] | PublishError] = {}
    for place in places:
        if place.is_layout and place.registry not in layouts:
            try:
                layouts[place.registry] = named_digests(place.layout_directory)
            except PublishError as error:
                layouts[place.registry] = error
    remote = [place for place in places if not place.is_layout]
    for registry in dict.fromkeys(place.registry for place in remote):
        names = dict.fromkeys(p.repository for p in remote if p.registry == registry)
        # The error is raised again, and reported, for each of the references.
        with suppress(PublishError):
            registries.connection(registry).expect(list(names))

    def digest_at(place: Reference) -> Found:
        return _asked(place, place.tag or place.digest, registries)

    found: dict[Reference, Found] = dict(
        zip(remote, in_parallel(digest_at, remote, registries.connections))
    )
    for place in places:
        if place.is_layout:
            names_there = layouts[place.registry]
            found[place] = (
                names_there
                if isinstance(names_there, PublishError)
                else names_there.get(f"{place.repository}:{place.tag}")
            )
    return found


def _asked(place: Reference, identifier: str, registries: Registries) -> Found:
    try:
        repository = registries.connection(place.registry).repository(place.repository)
        return repository.manifest_digest(identifier, confirm=identifier == place.tag)
    except PublishError as error:
        return error
    # A failure with one registry must not affect the others.
    except Exception as error:
        return internal_error(error)


def _known_there(references: Iterable[Decision]) -> tuple[Decision, ...]:
    """If one reference is up to date, its repository has the manifest: others need only a tag."""
    references = tuple(references)
    known = {
        (r.place.registry, r.place.repository)
        for r in references
        if r.place and r.action == Action.UP_TO_DATE
    }
    return _tag_only(references, lambda place, _: (place.registry, place.repository) in known)


def _tag_only(
    references: Iterable[Decision], is_there: Callable[[Reference, str], bool]
) -> tuple[Decision, ...]:
    """The references, of which those whose repository has the digest need only a tag."""
    end = "; the repository has the package, so only the tag is pushed."
    return tuple(
        replace(r, action=Action.TAG_ONLY, why=r.why[:-1] + end)
        if r.action == Action.PUSH and r.place and is_there(r.place, r.local)
        else r
        for r in references
    )


def _with_manifests(
    planned: tuple[PackageDecision, ...], registries: Registries
) -> tuple[PackageDecision, ...]:
    open_questions = list(
        dict.fromkeys(
            replace(r.place, tag="", digest=r.local)
            for package in planned
            for r in package.references
            if r.action == Action.PUSH and r.place and r.place.tag
        )
    )

    def has(place: Reference) -> bool:
        if place.is_layout:
            return has_manifest(place.layout_directory, place.digest)
        # If this is not known, it counts as missing: publishing checks each blob anyway.
        return _asked(place, place.digest, registries) == place.digest

    answers = dict(zip(open_questions, in_parallel(has, open_questions, registries.connections)))

    def is_there(place: Reference, digest: str) -> bool:
        return answers.get(replace(place, tag="", digest=digest), False)

    return tuple(
        replace(package, references=_tag_only(package.references, is_there)) for package in planned
    )
