"""The settings of a registry: how to connect to it, and which of its tags may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xpkg_tool.diagnostics.errors import SETTINGS, publish_error
from xpkg_tool.files.globs import BadPattern, matches_any
from xpkg_tool.oci.reference import DOCKER_HUB


@dataclass(frozen=True)
class RegistrySettings:
    """`insecure`: plain http. `ca_file`: a PEM file with authorities to trust in addition to the
    usual ones, or "". `mutable_tags`: globs; no other tag is ever moved to another digest."""

    insecure: bool = False
    ca_file: str = ""
    mutable_tags: tuple[str, ...] = ()

    def may_move(self, tag: str) -> bool:
        """Whether a tag may be moved. Raises PublishError for an invalid glob."""
        try:
            return matches_any(self.mutable_tags, tag)
        except BadPattern as error:
            raise publish_error(
                SETTINGS,
                f"`mutable_tags` of the registry: {str(error).rstrip('.')}",
                "`*`, `?` and `[a-z]` have a special meaning in globs; `\\` escapes the next "
                "character.",
            ) from None


def registry_key(name: str) -> str:
    """`Reference.registry` for a registry's name: Docker Hub has two."""
    return DOCKER_HUB if name == "docker.io" else name


def settings_from_json(data: Mapping[str, Any]) -> dict[str, RegistrySettings]:
    """`{"<host[:port]>" or "oci-layout:<directory>": {"insecure", "caFile", "mutableTags"}, …}`,
    each of which may be left out (or null)."""
    return {
        registry_key(registry): RegistrySettings(
            insecure=bool(options.get("insecure")),
            ca_file=options.get("caFile") or "",
            mutable_tags=tuple(options.get("mutableTags") or ()),
        )
        for registry, options in data.items()
    }
