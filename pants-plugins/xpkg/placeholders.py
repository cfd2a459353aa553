"""`{…}` in repositories and tags: what the placeholders stand for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Mapping

from pants.engine.addresses import Address
from pants.util.value_interpolation import InterpolationContext, InterpolationError

from xpkg.registries import Registry


@dataclass(frozen=True)
class Naming:
    """What a target says of the names it is published under."""

    address: Address
    package_name: str
    repository: str | None
    version: str | None
    image_tags: tuple[str, ...]
    default_repository: str

    def repository_in(self, registry: Registry) -> str:
        """The repository in `registry`; raises ValueError for a placeholder that is not known."""
        target_repository = self.repository or self.default_repository
        values = {
            "default_repository": self.default_repository,
            "target_repository": target_repository,
        }
        return self._format("repository", registry.repository or target_repository, values)

    def tags_in(self, registry: Registry) -> tuple[str, ...]:
        """The tags in `registry`, each once; raises ValueError for an unknown placeholder."""
        own = self.image_tags or (("{version}",) if self.version else ("latest",))
        return tuple(
            dict.fromkeys(
                self._format("image_tags", tag, {}) for tag in (*own, *registry.extra_image_tags)
            )
        )

    def _format(self, field: str, text: str, values: Mapping[str, str]) -> str:
        if "{version}" in text and not self.version:
            raise InterpolationError(
                f"`{field}` of {self.address} is {text!r}, but the target has no `version`.\n\n"
                'Add one, for example `version="v1.2.3"`.'
            )
        directory = self.address.spec_path
        context = InterpolationContext.from_dict(
            {
                "name": self.address.target_name,
                "directory": os.path.basename(directory),
                "parent_directory": os.path.basename(os.path.dirname(directory)),
                "package": self.package_name,
                **({"version": self.version} if self.version else {}),
                **values,
            }
        )
        source = InterpolationContext.TextSource(self.address, "xpkg_package", field)
        return context.format(text, source=source)
