"""Tags as versions: crossplane-runtime's `FilterAndSortVersions` (pkg/xpkg/client.go), and which of
them Crossplane's resolver installs (internal/controller/pkg/resolver,
`findDependencyVersionToInstall`).
"""

from __future__ import annotations

from typing import Iterable, NamedTuple

from xpkg_tool.package.semver import Dialect, Version, VersionError, parse_version


class VersionTag(NamedTuple):
    """A tag that is a version, however incomplete: `text` as the registry spells it."""

    text: str
    version: Version

    @property
    def complete(self) -> bool:
        """Whether it says all of its version. `v1` and `v1.2` may move from release to release, so
        the package manager does not install them (since Crossplane 2.1); and `v01.2.3` is to it
        no complete version either."""
        return str(self.version) == self.text[self.text.startswith("v") :]


def version_tags(
    tags: Iterable[str], dialect: Dialect = Dialect.MASTERMINDS_3
) -> tuple[VersionTag, ...]:
    """The tags that are versions, the lowest first, whatever the order of `tags`. Of equal
    versions, `1.0.0` comes before `v1.0.0`."""
    found = []
    for tag in sorted(set(tags)):
        try:
            found.append(VersionTag(tag, parse_version(tag, dialect)))
        except VersionError:
            continue
    return tuple(sorted(found, key=lambda tag: tag.version))
