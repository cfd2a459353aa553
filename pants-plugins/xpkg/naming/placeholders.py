"""Placeholders, `{…}`, in versions, repositories and tags."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import Mapping

from pants.engine.addresses import Address
from pants.util.value_interpolation import (
    InterpolationContext,
    InterpolationError,
    InterpolationValue,
)

from xpkg.naming.variables import Variables
from xpkg.registries import Registry

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")


class _EnvironmentValue(InterpolationValue):
    """`{env.X}`: those of the variables in the templates that are set."""

    def __getattr__(self, attribute: str) -> str:
        if attribute not in self:
            raise InterpolationError(
                f"The environment variable {attribute} is not set. Set it, or use another "
                "placeholder."
            )
        return self[attribute]


class _BuildArgsValue(InterpolationValue):
    """`{build_args.X}`: those of `[xpkg].build_args`."""

    def __getattr__(self, attribute: str) -> str:
        if attribute not in self:
            raise InterpolationError(
                f"The build argument {attribute!r} is undefined. Defined arguments: "
                f"{', '.join(self) or 'none'}.\n\nAdd {attribute}=<value> to the option "
                f"`[xpkg].build_args`, or {attribute} alone to take the environment variable."
            )
        return self[attribute]


@dataclass(frozen=True)
class Naming:
    """The names that a target is published under, before their placeholders are filled in.

    `digest` is that of the package's manifest, for `{pants.hash}`.
    """

    address: Address
    package_name: str
    repository: str | None
    version: str | None
    image_tags: tuple[str, ...]
    default_repository: str
    digest: str = ""
    variables: Variables = field(default_factory=Variables)

    def with_variables(self, variables: Variables) -> Naming:
        """Raises ValueError where a template uses a variable that looks like a secret."""
        if variables.refused:
            raise InterpolationError(
                f"A placeholder uses {', '.join(variables.refused)}, which looks like a secret, "
                "and everyone can see tags.\n\nUse a variable with another name."
            )
        return replace(self, variables=variables)

    def templates(self, registry: Registry) -> tuple[str, ...]:
        """All strings that may hold placeholders."""
        templates = (self.repository, self.version, self.default_repository, registry.repository)
        return (*filter(None, templates), *self.image_tags, *registry.extra_image_tags)

    def repository_template(self, registry: Registry) -> str:
        """The repository in `registry` before its placeholders are filled in."""
        text = registry.repository or self.repository or self.default_repository
        return _spelled_out(text, self._repositories())

    def own_version(self) -> str | None:
        """The version; raises ValueError for a placeholder that is not known."""
        if not self.version:
            return None
        return _interpolate(self._field("version"), self.version, self._variable_values())

    def repository_in(self, registry: Registry) -> str:
        """The repository in `registry`; raises ValueError for a placeholder that is not known."""
        values = self._repositories()
        if registry.repository:
            source, text = _option(registry, "repository"), registry.repository
        elif self.repository:
            source, text = self._field("repository"), self.repository
        else:
            source = InterpolationContext.TextSource(options_scope="[xpkg].default_repository")
            text = self.default_repository
        if "{package}" in _spelled_out(text, values):
            self._check_package_name(source, text)
        return self._format(source, text, values)

    def _repositories(self) -> dict[str, str]:
        """The values of placeholders that may hold others."""
        return {
            "default_repository": self.default_repository,
            "target_repository": self.repository or self.default_repository,
        }

    def _check_package_name(self, source: InterpolationContext.TextSource, text: str) -> None:
        """Raises ValueError where `{package}` would give an invalid repository. The package manager
        does not look at the meta object's name, so it may be anything."""
        if _REPOSITORY.fullmatch(self.package_name):
            return
        said = f"is {self.package_name!r}" if self.package_name else "is missing"
        raise InterpolationError(
            f"The {source} is {text!r}, and the name in the meta object of {self.address} {said}. "
            "A repository name consists of lowercase letters, digits, and `.`, `_`, `-` or `/` "
            'between them.\n\nGive the target a repository, for example `repository="platform/'
            'network"`, or change the name in the meta object.'
        )

    def tags_in(self, registry: Registry) -> tuple[str, ...]:
        """The tags in `registry`, each once; raises ValueError for an unknown placeholder."""
        own = self.image_tags or (("{version}",) if self.version else ("latest",))
        extra = _option(registry, "extra_image_tags")
        return tuple(
            dict.fromkeys(
                [
                    *(self._tag(self._field("image_tags"), tag) for tag in own),
                    *(self._tag(extra, tag) for tag in registry.extra_image_tags),
                ]
            )
        )

    def _tag(self, source: InterpolationContext.TextSource, text: str) -> str:
        tag = self._format(source, text, {})
        if not tag:
            raise _empty(source, text)
        if "+" in tag:
            raise InterpolationError(
                f"The {source} gives the tag {tag!r}, and a tag cannot contain `+`.\n\n"
                "Leave out the version's build metadata, or write `_` or `-` for `+`."
            )
        return tag

    def _format(
        self, source: InterpolationContext.TextSource, text: str, values: Mapping[str, str]
    ) -> str:
        directory = self.address.spec_path
        known: dict[str, str | Mapping[str, str]] = {
            "name": self.address.target_name,
            "directory": os.path.basename(directory),
            "parent_directory": os.path.basename(os.path.dirname(directory)),
            "package": self.package_name,
            "pants": {"hash": self.digest.partition(":")[2]},
            **self._variable_values(),
            **values,
        }
        if "{version" in _spelled_out(text, values):
            version = self.own_version()
            if version is None:
                raise InterpolationError(
                    f"The {source} is {text!r}, but {self.address} has no `version`.\n\n"
                    'Add one to the target, for example `version="v1.2.3"`.'
                )
            if not version:
                raise _empty(self._field("version"), self.version or "")
            known["version"] = version
        return _interpolate(source, text, known)

    def _field(self, alias: str) -> InterpolationContext.TextSource:
        return InterpolationContext.TextSource(self.address, "xpkg_package", alias)

    def _variable_values(self) -> dict[str, InterpolationValue]:
        return {
            "env": _EnvironmentValue(self.variables.environment),
            "build_args": _BuildArgsValue(self.variables.build_args),
        }


def _spelled_out(text: str, values: Mapping[str, str]) -> str:
    """The template with the placeholders replaced that may hold others."""
    for name, value in reversed(values.items()):
        text = text.replace(f"{{{name}}}", value)
    return text


def _empty(source: InterpolationContext.TextSource, text: str) -> InterpolationError:
    return InterpolationError(
        f"The {source} is {text!r}, which comes out empty.\n\n"
        "Give the variable or build argument in it a value."
    )


def _option(registry: Registry, field_name: str) -> InterpolationContext.TextSource:
    scope = f"[xpkg.registries.{registry.alias or registry.address}].{field_name}"
    return InterpolationContext.TextSource(options_scope=scope)


def _interpolate(
    source: InterpolationContext.TextSource,
    text: str,
    values: Mapping[str, str | Mapping[str, str]],
) -> str:
    try:
        return InterpolationContext.from_dict(values).format(text, source=source)
    # Unbalanced braces, `{}`, `{name.x}`: errors of str.format.
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, InterpolationError):
            raise
        raise InterpolationError(
            f"Invalid value for the {source}: {text!r}.\n\n{error}. A placeholder is a name in "
            "braces, such as {name}."
        ) from error
