"""The registries of `[xpkg].registries`, in the form of Pants' `[docker].registries`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.util.strutil import bullet_list

from xpkg.target_types import ALL_DEFAULT_REGISTRIES

_FIELDS = {
    "address": str,
    "default": bool,
    "repository": str,
    "extra_image_tags": (list, tuple),
    "skip_push": bool,
    "insecure": bool,
}


_LAYOUT = "oci-layout:"


class RegistryError(ValueError):
    """A registry that is configured wrongly, or not at all."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"{message}\n\nUse the [xpkg].registries option to define registries; "
            "docs/targets-and-options.md has an example."
        )


@dataclass(frozen=True)
class Registry:
    """One registry. `alias` is empty for an address that a BUILD file gives directly."""

    address: str
    alias: str = ""
    default: bool = False
    repository: str | None = None
    extra_image_tags: tuple[str, ...] = ()
    skip_push: bool = False
    insecure: bool = False

    @classmethod
    def from_dict(cls, alias: str, data: Mapping[str, Any]) -> Registry:
        """Raises RegistryError, which names the alias and the field."""
        if not isinstance(data, Mapping):
            raise RegistryError(f"The registry {alias!r} is not a table of fields: {data!r}.")
        unknown = sorted(set(data) - set(_FIELDS))
        if unknown:
            raise RegistryError(
                f"The registry {alias!r} has unknown fields: {', '.join(unknown)}. Fields are:\n"
                f"{bullet_list(_FIELDS)}"
            )
        if not data.get("address"):
            raise RegistryError(f"The registry {alias!r} has no address.")
        for field, value in data.items():
            if not isinstance(value, _FIELDS[field]):  # type: ignore[arg-type]
                raise RegistryError(
                    f"The field `{field}` of the registry {alias!r} has a value of the wrong type: "
                    f"{value!r}."
                )
        return cls(
            alias=alias,
            address=data["address"],
            default=data.get("default", alias == "default"),
            repository=data.get("repository"),
            extra_image_tags=tuple(data.get("extra_image_tags", ())),
            skip_push=data.get("skip_push", False),
            insecure=data.get("insecure", False),
        )

    def reference(self, repository: str, tag: str) -> str:
        """The full name of what is published: an OCI layout's repositories follow a colon."""
        separator = ":" if self.address.startswith(_LAYOUT) else "/"
        return f"{self.address}{separator}{repository}:{tag}"

    def __str__(self) -> str:
        return f"@{self.alias}" if self.alias else self.address


@dataclass(frozen=True)
class Registries:
    """All configured registries."""

    configured: tuple[Registry, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Registries:
        return cls(tuple(Registry.from_dict(alias, entry) for alias, entry in data.items()))

    def get(self, names: Iterable[str]) -> tuple[Registry, ...]:
        """The registries that the `registries` field of a target names, each once.

        Raises RegistryError for an alias that is not configured, and when there is none.
        """
        found = dict.fromkeys(registry for name in names for registry in self._find(name))
        if not found:
            raise RegistryError("There is no registry to publish to: none is the default.")
        return tuple(found)

    def _find(self, name: str) -> tuple[Registry, ...]:
        if name == ALL_DEFAULT_REGISTRIES:
            return tuple(registry for registry in self.configured if registry.default)
        for registry in self.configured:
            if name in (f"@{registry.alias}", registry.address):
                return (registry,)
        if name.startswith("@"):
            aliases = ", ".join(f"@{r.alias}" for r in self.configured) or "none"
            raise RegistryError(
                f"There is no registry with the alias {name!r}. Configured are: {aliases}."
            )
        return (Registry(address=name),)
