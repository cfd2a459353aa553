"""The settings of a registry: how to connect to it, and which of its tags may move."""

from __future__ import annotations

from collections.abc import Mapping

from xpkg_tool.diagnostics.errors import SETTINGS, publish_error
from xpkg_tool.files.globs import BadPattern, matches_any
from xpkg_tool.messages.registry import RegistryOptions
from xpkg_tool.oci.reference import DOCKER_HUB


class RegistrySettings(RegistryOptions):
    """The same, with what follows from it."""

    __slots__ = ()

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


def settings_by_registry(
    options: Mapping[str, RegistryOptions],
) -> dict[str, RegistrySettings]:
    """By `Reference.registry`."""
    return {registry_key(name): RegistrySettings(*said) for name, said in options.items()}
