"""The registries of `[xpkg].registries`, in the form of Pants' `[docker].registries`."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, replace
from typing import Any, Iterable, Mapping

from pants.util.docutil import bin_name
from pants.util.strutil import bullet_list

from xpkg.target_types import ALL_DEFAULT_REGISTRIES
from xpkg_tool.messages.registry import RegistryOptions

_FIELDS = {
    "address": "a string",
    "known_as": "a string",
    "default": "a boolean",
    "repository": "a string",
    "extra_image_tags": "a list of non-empty strings",
    "skip_push": "a boolean",
    "insecure": "a boolean",
    "ca_file": "a string",
    "mutable_tags": "a list of non-empty strings",
}

_LAYOUT = "oci-layout:"
_KNOWN_AS = re.compile(r"[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9._-]+)*")


class RegistryError(ValueError):
    """A registry that is misconfigured, or not configured at all."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"{message}\n\nUse the [xpkg].registries option to define registries; "
            f"`{bin_name()} help xpkg` describes it."
        )


@dataclass(frozen=True)
class Registry:
    """One registry. `alias` is empty for an address in a BUILD file.

    `known_as` is what `spec.dependsOn` writes for the address, where that is not the address.
    `ca_file` is relative to the repository's root. `mutable_tags` are globs of the tags that may
    be moved to another package; all others are never moved.
    """

    address: str
    alias: str = ""
    known_as: str = ""
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
            raise RegistryError(
                f"The registry {alias!r} must be a table of fields, but is {data!r}."
            )
        unknown = sorted(set(data) - set(_FIELDS))
        if unknown:
            raise RegistryError(
                f"The registry {alias!r} has unknown fields: "
                f"{', '.join(map(_with_nearest, unknown))}. Valid fields:\n{bullet_list(_FIELDS)}"
            )
        if not data.get("address"):
            raise RegistryError(f"The registry {alias!r} has no address.")
        for field, value in data.items():
            if not _has_type(value, _FIELDS[field]):
                raise RegistryError(
                    f"The field `{field}` of the registry {alias!r} must be {_FIELDS[field]}, but "
                    f"is {value!r}."
                )
        address = data["address"]
        if "://" in address or "@" in address or address.endswith("/"):
            # Not shown: it may hold a password.
            raise RegistryError(
                f"The address of the registry {alias!r} must have the form <host>[:<port>], "
                "without a scheme, a user or a trailing slash. Credentials come from `docker "
                "login`; for a registry without TLS, set `insecure = true`."
            )
        if not _KNOWN_AS.fullmatch(data.get("known_as") or "localhost"):
            raise RegistryError(
                f"The field `known_as` of the registry {alias!r} must have the form "
                f"<host>[:<port>][/<prefix>], in lower case, but is {data['known_as']!r}."
            )
        given = {f: tuple(v) if isinstance(v, list) else v for f, v in data.items()}
        return cls(**{"alias": alias, "default": alias == "default", **given})

    @property
    def host(self) -> str:
        """What to connect to: the address without a path, or the OCI layout."""
        return self.address if self.address.startswith(_LAYOUT) else self.address.split("/")[0]

    @property
    def options(self) -> RegistryOptions:
        """What the tool has to know of it."""
        return RegistryOptions(self.insecure, self.ca_file or "", self.mutable_tags)

    def reference(self, repository: str, tag: str) -> str:
        """The full reference: in an OCI layout, the repository follows a colon."""
        separator = ":" if self.address.startswith(_LAYOUT) else "/"
        return f"{self.address}{separator}{repository}:{tag}"

    def source(self, repository: str) -> str | None:
        """What `spec.dependsOn` names a package of the repository by; None where nothing can, since
        it is in an OCI layout that is not known as a registry."""
        if not self.known_as and self.address.startswith(_LAYOUT):
            return None
        return f"{self.known_as or self.address}/{repository}"

    def __str__(self) -> str:
        return f"@{self.alias}" if self.alias else self.address


@dataclass(frozen=True)
class ConfiguredRegistries:
    """All configured registries."""

    configured: tuple[Registry, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ConfiguredRegistries:
        """Raises RegistryError, also where two registries contradict each other."""
        # By alias: not all versions of Pants keep the order of an option's dictionary.
        entries = sorted(data.items())
        configured = tuple(Registry.from_dict(alias, entry) for alias, entry in entries)
        by_host: dict[str, Registry] = {}
        for registry in configured:
            other = by_host.setdefault(registry.host, registry)
            for field in ("insecure", "ca_file", "mutable_tags"):
                if getattr(registry, field) != getattr(other, field):
                    raise RegistryError(
                        f"The registries {other.alias!r} and {registry.alias!r} are both at "
                        f"{registry.host} and differ in `{field}`: "
                        f"{_written(getattr(other, field))} and "
                        f"{_written(getattr(registry, field))}. The field applies to the host, so "
                        "give both the same value."
                    )
        return cls(configured)

    def get(self, names: Iterable[str]) -> tuple[Registry, ...]:
        """The registries that the `registries` field of a target names, each once.

        Raises RegistryError for an alias that is not configured, and when there is none.
        """
        names = tuple(names)
        if not names:
            raise RegistryError(
                "There is no registry to publish to: the target's `registries` is empty. To "
                "publish it nowhere, set `skip_push=True`."
            )
        found = dict.fromkeys(registry for name in names for registry in self._find(name))
        if not found:
            raise RegistryError("There is no registry to publish to: none has `default = true`.")
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
                f"There is no registry with the alias {name!r}. Configured aliases: "
                f"{', '.join(known) or 'none'}."
                + (f" Did you mean {nearest[0]}?" if nearest else "")
            )
        if any(name == registry.alias for registry in self.configured):
            raise RegistryError(
                f"{name!r} is the alias of a registry: write '@{name}'. Without the `@` it is an "
                "address."
            )
        # The settings of a configured registry also apply to addresses at its host in BUILD files.
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


def _has_type(value: Any, expected: str) -> bool:
    if expected == "a boolean":
        return isinstance(value, bool)
    if expected == "a string":
        return isinstance(value, str)
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) and v for v in value)


def _written(value: Any) -> str:
    """The value of a field as it is written in pants.toml."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _with_nearest(name: str) -> str:
    nearest = difflib.get_close_matches(name, _FIELDS, n=1)
    return f"{name} (did you mean {nearest[0]}?)" if nearest else name
