"""What is published where, as a value and as the tool's request."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pants.base.build_environment import get_buildroot
from pants.core.goals.publish import PublishOutputData

from xpkg.goals.package import BuiltXpkgArtifact
from xpkg.registries import Registry


@dataclass(frozen=True)
class Push:
    """One package to one registry."""

    registry: Registry
    repository: str
    tags: tuple[str, ...]
    archive: BuiltXpkgArtifact

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.registry.reference(self.repository, tag) for tag in self.tags)

    def output_data(self) -> PublishOutputData:
        return PublishOutputData(
            {
                "registry": self.registry.address,
                "repository": self.repository,
                "tags": self.tags,
                "digest": self.archive.image_digest,
            }
        )

    def request(self) -> bytes:
        """The tool's request (xpkg_tool/registry/publish_request.py)."""
        request = {
            "archive": self.archive.relpath,
            "references": self.names,
            "insecure": [self.registry.address] if self.registry.insecure else [],
            # An OCI layout directory is named relative to the repository.
            "directory": get_buildroot(),
        }
        return json.dumps(request, indent=1).encode()
