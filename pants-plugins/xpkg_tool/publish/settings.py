"""What is said of a registry: how it is spoken to, and which of its tags may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xpkg_tool.diagnostics.errors import SETTINGS, publish_error
from xpkg_tool.files.globs import BadPattern, matches_any
from xpkg_tool.oci.reference import DOCKER_HUB


@dataclass(frozen=True)
class RegistrySettings:
    """`insecure`: plain http. `ca_file`: a PEM file of authorities to trust beside the usual ones,
    "" for none. `mutable_tags`: globs; no other tag is ever moved to another digest."""

    insecure: bool = False
    ca_file: str = ""
    mutable_tags: tuple[str, ...] = ()

    def may_move(self, tag: str) -> bool:
        """Raises PublishError for a glob that cannot be read."""
        try:
            return matches_any(self.mutable_tags, tag)
        except BadPattern as error:
            raise publish_error(
                SETTINGS,
                f"`mutable_tags` of the registry: {str(error).rstrip('.')}",
                "`*`, `?` and `[a-z]` have a meaning there; `\\` takes the next character as it "
                "is.",
            ) from None


def registry_key(name: str) -> str:
    """`Reference.registry` for a registry's name: Docker Hub has two."""
    return DOCKER_HUB if name == "docker.io" else name


def settings_from_json(data: Mapping[str, Any]) -> dict[str, RegistrySettings]:
    """`{"<host[:port]>" or "oci-layout:<directory>": {"insecure", "caFile", "mutableTags"}, …}`,
    each of which may be left out (or null)."""
    return {
        registry_key(registry): RegistrySettings(
            insecure=bool(said.get("insecure")),
            ca_file=said.get("caFile") or "",
            mutable_tags=tuple(said.get("mutableTags") or ()),
        )
        for registry, said in data.items()
    }
