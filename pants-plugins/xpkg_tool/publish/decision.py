"""The decision what publishing does for one reference. Pure.

A tag that no glob of `mutable_tags` names is a release: it never moves to another digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Union

from xpkg_tool.diagnostics.errors import (
    CREDENTIALS,
    DENIED,
    LAYOUT,
    REFERENCE,
    REFUSED,
    REGISTRY,
    SETTINGS,
    PublishError,
    publish_error,
)
from xpkg_tool.messages import Action, PlannedReference
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.settings import RegistrySettings

# Errors in what was configured: they are known without asking anybody.
_CONFIGURATION = (REFERENCE.code, SETTINGS.code)
# What stops a reference, in a few words; the error says all of it.
_WHY = {
    CREDENTIALS.code: "The credentials cannot be used.",
    DENIED.code: "The registry denies access.",
    LAYOUT.code: "The directory cannot be used.",
    REFERENCE.code: "The reference is not valid.",
    REGISTRY.code: "The registry could not be asked.",
    SETTINGS.code: "The registry is configured wrongly.",
}

# What a look-up found: a digest, nothing, or that it could not be made.
Found = Union[str, None, PublishError]


@dataclass(frozen=True)
class Decision:
    """What is to be done for one reference. `reference` is the reference as it was given, `place`
    what it means (None where it cannot be read), and `error` the whole reason for REFUSED and
    FAILED; the rest is as in messages.PlannedReference."""

    reference: str
    place: Reference | None
    local: str
    remote: str | None
    action: Action
    why: str
    error: PublishError | None = None
    configuration: bool = False

    def message(self) -> PlannedReference:
        return PlannedReference(
            self.reference,
            self.local,
            self.remote,
            self.action,
            self.why,
            str(self.error) if self.error else "",
            self.error.without_place if self.error else "",
            self.configuration,
        )


def decide(
    text: str,
    place: Reference | PublishError,
    local: str,
    remote: Found,
    settings: RegistrySettings,
    rivals: Sequence[tuple[str, str]] = (),
) -> Decision:
    """The decision for one reference, without a thought of the others. `remote` is what the look-up
    found, `settings` are those of the registry, and `rivals` the (name, digest) of the packages
    that claim this place with different digests."""
    if isinstance(place, PublishError):
        return _stopped(text, None, local, None, place)
    known = None if isinstance(remote, PublishError) else remote
    error = wrong_digest(place, local)
    if error:
        return _stopped(text, place, local, known, error)
    error = rivalry(place, rivals)
    if error:
        why = "Several packages are to be published here."
        return replace(_stopped(text, place, local, known, error), why=why, configuration=True)
    try:
        movable = settings.may_move(place.tag)
    except PublishError as unreadable:
        return _stopped(text, place, local, known, unreadable.at(text))
    if isinstance(remote, PublishError):
        return _stopped(text, place, local, None, remote.at(text))
    if remote == local:
        why = "This digest is there already."
        return Decision(text, place, local, remote, Action.UP_TO_DATE, why)
    if remote is None:
        why = "There is no such tag yet." if place.tag else "This digest is not there yet."
        return Decision(text, place, local, remote, Action.PUSH, why)
    if not movable:
        why = "The release exists with another digest."
        return replace(_stopped(text, place, local, remote, taken(place, local, remote)), why=why)
    why = "The tag names another digest, and is declared mutable."
    return Decision(text, place, local, remote, Action.PUSH, why)


def wrong_digest(place: Reference, local: str) -> PublishError | None:
    """For a reference with a digest that is not the package's."""
    if place.digest in ("", local):
        return None
    return publish_error(
        REFERENCE,
        f"The package's digest is {local}, not the one of the reference",
        "Leave the digest out of the reference, or publish the package that has it.",
        path=str(place),
    )


def taken(place: Reference, local: str, remote: str) -> PublishError:
    """The refusal to move a tag: it is a release, and somebody may use what it names."""
    return publish_error(
        REFUSED,
        f"The tag {place.tag} is a release that exists with another digest: {remote} is there, and "
        f"this package is {local}",
        "Publish under a new version (`version` of the target). If this tag may move, say so: "
        "`mutable_tags` of the registry (`xpkg push --mutable-tags`).",
        path=str(place),
    )


def moved(place: Reference, local: str, now: str) -> PublishError:
    """The refusal to put a tag that has come to name something else since it was looked up."""
    return publish_error(
        REFUSED,
        f"The tag {place.tag} changed after it was looked up: it names {now} now. It was left "
        f"alone, and the package {local} was not published under it",
        "Somebody else publishes here at the same time. Agree on who does, then publish again.",
        path=str(place),
    )


def rivalry(place: Reference, rivals: Sequence[tuple[str, str]]) -> PublishError | None:
    if not rivals:
        return None
    names = ", ".join(f"{name} ({digest})" for name, digest in rivals)
    return publish_error(
        REFUSED,
        f"Several packages with different digests are to be published here: {names}",
        "Give each a repository or a tag of its own.",
        path=str(place),
    )


def _stopped(
    text: str, place: Reference | None, local: str, remote: str | None, error: PublishError
) -> Decision:
    code = error.finding.code
    return Decision(
        text,
        place,
        local,
        remote,
        Action.REFUSED if code == REFUSED.code else Action.FAILED,
        _WHY.get(code, "The tool failed."),
        error,
        code in _CONFIGURATION,
    )
