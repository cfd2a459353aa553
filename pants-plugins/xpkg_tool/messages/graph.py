"""Drawing what depends on what: `graph`."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from xpkg_tool.messages.repository import RepositoryMember

GraphFormat = Literal["dot", "json", "mermaid", "tree"]
# Whether the registries have a package as it is built here: in all of its references, under none of
# them, in some of them, or with another digest; "unknown" where one could not be looked up.
PublishedState = Literal["published", "never published", "partly published", "drifted", "unknown"]


class GraphRequest(NamedTuple):
    """Draws the packages `named` and all that they depend on; all packages where none is named.
    `locks` are paths of lock files; by package, `lock_of` has that of its resolve, which need not
    be there, and `states` what the registries have."""

    packages: tuple[RepositoryMember, ...]
    format: GraphFormat
    named: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    lock_of: Mapping[str, str] = {}
    states: Mapping[str, PublishedState] = {}


class GraphAnswer(NamedTuple):
    """The graph as text, or why there is none: `problem`."""

    text: str
    problem: str = ""
