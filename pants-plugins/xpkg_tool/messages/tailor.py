"""Finding packages that have no target: `tailor`."""

from typing import NamedTuple, Optional

_Text = Optional[str]
_Globs = Optional[tuple[str, ...]]


class TailorRequest(NamedTuple):
    """Looks for packages in YAML files; packages in `owned` files have a target."""

    files: tuple[str, ...]
    owned: tuple[str, ...]


class NewTarget(NamedTuple):
    """A target to write: in the BUILD file of `directory`, with the fields that are not None.

    `files` are the paths of its source files, `comments` the lines to put above it.
    """

    directory: str
    name: _Text
    sources: _Globs
    examples: _Globs
    comments: tuple[str, ...]
    files: tuple[str, ...]


class TailorAnswer(NamedTuple):
    """`projects` are files from which another program makes packages."""

    targets: tuple[NewTarget, ...]
    projects: tuple[str, ...]
