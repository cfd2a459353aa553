"""What publishing would do: `plan`."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple, Optional

from xpkg_tool.messages.registry import RegistryOptions

_Text = Optional[str]


class Action(str, Enum):
    """What a plan has for a reference, and what became of it."""

    # What the tool decides.
    PUSH = "push"
    TAG_ONLY = "tag only"
    UP_TO_DATE = "up to date"  # The tag has the digest; nothing is written, or was.
    REFUSED = "refused"  # The tag is a release that exists with another digest.
    FAILED = "failed"
    # What the backend decides: because of other references and packages, or by an option.
    LEFT_OUT = "left out"
    NOT_ASKED_FOR = "not asked for"
    SKIP = "skip"
    # What became of what was to be written.
    PUSHED = "pushed"  # Blobs and manifests were sent or found there, and the tag was put.
    TAGGED = "tagged"  # The repository was known to have the manifest.

    def __str__(self) -> str:
        return self.value


class PackageToPlan(NamedTuple):
    """A package that is to be published: its name (for messages), the digest of its manifest or
    index, and its references as they were given."""

    name: str
    digest: str
    references: tuple[str, ...]


class PlanRequest(NamedTuple):
    """Looks up what publishing would do; nothing is written.

    Paths of OCI layouts and of `ca_file` start from `directory`. `connections` is how many
    requests are under way at once, at most. `registries` is by `<host>[:<port>]` or
    `oci-layout:<directory>`. `by_digest` asks for manifests as well, which tells TAG_ONLY from
    PUSH."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    packages: tuple[PackageToPlan, ...]
    by_digest: bool = False


class PlannedReference(NamedTuple):
    """What is to become of one reference.

    `local` is the package's digest; `remote` the one that the tag has in the registry, None where
    there is no such tag or it was not looked up. `why` is a short sentence. `message` is the whole
    error where there is one, and `error` the same without its place: equal for all references that
    share it, so that it can be shown once. `configuration`: it is wrong whatever the registry has.
    """

    reference: str
    local: str
    remote: _Text
    action: Action
    why: str
    message: str = ""
    error: str = ""
    configuration: bool = False


class PlannedPackage(NamedTuple):
    """References in the order in which they were asked for. Nothing of the package may be written
    while one of them is REFUSED or FAILED."""

    name: str
    references: tuple[PlannedReference, ...]


class PlanAnswer(NamedTuple):
    """The packages in the order of the request, and how many requests it took."""

    requests: int
    packages: tuple[PlannedPackage, ...]
