"""The registries of `[xpkg].registries`, in the form of Pants' `[docker].registries`."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import Any, Iterable, Mapping

from pants.util.strutil import bullet_list

from xpkg.target_types import ALL_DEFAULT_REGISTRIES
from xpkg_tool.messages import RegistryOptions

_FIELDS = {
    "address": str,
    "default": bool,
    "repository": str,
    "extra_image_tags": (list, tuple),
    "skip_push": bool,
    "insecure": bool,
    "ca_file": str,
    "mutable_tags": (list, tuple),
}
_LISTS = ("extra_image_tags", "mutable_tags")

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
    """One registry. `alias` is empty for an address that a BUILD file gives directly.

    `ca_file` is relative to the repository's root. `mutable_tags` are the globs of the tags that
    may come to name another package; all others name one for ever.
    """

    address: str
    alias: str = ""
    default: bool = False
    repository: str | None = None
    extra_image_tags: tuple[str, ...] = ()
    skip_push: bool = False
    insecure: bool = False
    ca_file: str | None = None
    mutable_tags: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, alias: str, data: Mapping[str, Any]) -> Registry:
        """Raises RegistryError, which names the alias and the field."""
        if not isinstance(data, Mapping):
            raise RegistryError(f"The registry {alias!r} is not a table of fields: {data!r}.")
        unknown = sorted(set(data) - set(_FIELDS))
        if unknown:
            raise RegistryError(
                f"The registry {alias!r} has unknown fields: "
                f"{', '.join(map(_with_nearest, unknown))}. Fields are:\n{bullet_list(_FIELDS)}"
            )
        if not data.get("address"):
            raise RegistryError(f"The registry {alias!r} has no address.")
        for field, value in data.items():
            if not isinstance(value, _FIELDS[field]):  # type: ignore[arg-type]
                raise RegistryError(
                    f"The field `{field}` of the registry {alias!r} has a value of the wrong type: "
                    f"{value!r}."
                )
            if field in _LISTS and not all(isinstance(item, str) and item for item in value):
                raise RegistryError(
                    f"The field `{field}` of the registry {alias!r} is not a list of texts: "
                    f"{value!r}."
                )
        address = data["address"]
        if "://" in address or "@" in address or address.endswith("/"):
            # Not shown: it may hold a password.
            raise RegistryError(
                f"The address of the registry {alias!r} is not of the form <host>[:<port>]: leave "
                "out the scheme, the user and a slash at the end. Credentials come from `docker "
                "login`; a registry without TLS is one with `insecure = true`."
            )
        return cls(
            alias=alias,
            address=address,
            default=data.get("default", alias == "default"),
            repository=data.get("repository"),
            extra_image_tags=tuple(data.get("extra_image_tags", ())),
            skip_push=data.get("skip_push", False),
            insecure=data.get("insecure", False),
            ca_file=data.get("ca_file"),
            mutable_tags=tuple(data.get("mutable_tags", ())),
        )

    @property
    def host(self) -> str:
        """What connections are made to: the address without a path, or the OCI layout."""
        return self.address if self.address.startswith(_LAYOUT) else self.address.split("/")[0]

    @property
    def options(self) -> RegistryOptions:
        """What the tool has to know of it."""
        return RegistryOptions(self.insecure, self.ca_file or "", self.mutable_tags)

    def reference(self, repository: str, tag: str) -> str:
        """The full name of what is published: an OCI layout's repositories follow a colon."""
        separator = ":" if self.address.startswith(_LAYOUT) else "/"
        return f"{self.address}{separator}{repository}:{tag}"

    def __str__(self) -> str:
        return f"@{self.alias}" if self.alias else self.address


@dataclass(frozen=True)
class ConfiguredRegistries:
    """All configured registries."""

    configured: tuple[Registry, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ConfiguredRegistries:
        """Raises RegistryError, also for two registries that contradict each other."""
        configured = tuple(Registry.from_dict(alias, entry) for alias, entry in data.items())
        by_host: dict[str, Registry] = {}
        for registry in configured:
            other = by_host.setdefault(registry.host, registry)
            for field in ("insecure", "ca_file", "mutable_tags"):
                if getattr(registry, field) != getattr(other, field):
                    raise RegistryError(
                        f"The registries {other.alias!r} and {registry.alias!r} are both at "
                        f"{registry.host} and differ in `{field}`: {getattr(other, field)!r} and "
                        f"{getattr(registry, field)!r}. It holds for the host, so give both the "
                        "same."
                    )
        return cls(configured)

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
            known = [f"@{registry.alias}" for registry in self.configured]
            nearest = difflib.get_close_matches(name, known, n=1)
            raise RegistryError(
                f"There is no registry with the alias {name!r}. Configured are: "
                f"{', '.join(known) or 'none'}."
                + (f" Did you mean {nearest[0]}?" if nearest else "")
            )
        if any(name == registry.alias for registry in self.configured):
            raise RegistryError(
                f"{name!r} is the alias of a registry and is written as '@{name}'; without the "
                "`@` it would be an address."
            )
        # What a configured registry says of the host holds for its addresses in BUILD files, too.
        given = Registry(address=name)
        for registry in self.configured:
            if registry.host == given.host:
                return (
                    replace(
                        given,
                        insecure=registry.insecure,
                        ca_file=registry.ca_file,
                        mutable_tags=registry.mutable_tags,
                    ),
                )
        return (given,)


def _with_nearest(name: str) -> str:
    nearest = difflib.get_close_matches(name, _FIELDS, n=1)
    return f"{name} (did you mean {nearest[0]}?)" if nearest else name
