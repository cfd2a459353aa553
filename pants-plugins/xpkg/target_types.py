"""The `xpkg_package` target and its fields."""

from __future__ import annotations

import fnmatch
import os
from typing import Any, Iterable, Optional, Sequence

from pants.core.goals.package import OutputPathField
from pants.engine.addresses import Address
from pants.engine.fs import GlobExpansionConjunction, GlobMatchErrorBehavior, PathGlobs
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    AsyncFieldMixin,
    BoolField,
    Dependencies,
    InvalidFieldException,
    MultipleSourcesField,
    StringField,
    StringSequenceField,
    Target,
)
from pants.source.filespec import FilespecMatcher
from pants.util.docutil import bin_name
from pants.util.memo import memoized_property
from pants.util.strutil import help_text

from xpkg.pants_versions import all_of, filespec_with

# `help` evaluates the types of `compute_value`, which CPython 3.9 cannot for `X | None`.
_Globs = Optional[tuple[str, ...]]
_RawGlobs = Optional[Iterable[str]]
_Text = Optional[str]

ALL_DEFAULT_REGISTRIES = "<all default registries>"


def _leaves_its_folder(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/")


def _require_own_globs(alias: str, globs: Iterable[str] | None, address: Address) -> None:
    """Raises InvalidFieldException where a glob leads out of the BUILD file's folder. Pants' own
    error for such a glob comes later, and names no target."""
    wrong = [glob for glob in globs or () if _leaves_its_folder(glob.lstrip("!"))]
    if wrong:
        raise InvalidFieldException(
            f"The '{alias}' field in target {address} must have globs that are relative to the "
            f"BUILD file's folder and stay in it, but has: {', '.join(map(repr, wrong))}."
        )


class XpkgExamplesField(StringSequenceField, AsyncFieldMixin):
    alias = "examples"
    default = ("examples/**/*.yaml", "examples/**/*.yml", "!**/.*/**")
    help = help_text(
        """
        Add example objects for users of the package to start from. They are in a layer of their
        own, which exists only when a file matches.

        Globs are relative to the BUILD file's directory; `!` excludes files. Each document must be
        a Kubernetes object, of any kind.

        Example:

            xpkg_package(examples=["example/**/*.yaml"])
        """
    )

    @classmethod
    def compute_value(cls, raw_value: _RawGlobs, address: Address) -> _Globs:
        globs = super().compute_value(raw_value, address)
        _require_own_globs(cls.alias, globs, address)
        return globs

    @property
    def globs(self) -> tuple[str, ...]:
        """The globs as seen from the build root; `!` comes first in those that leave out."""
        root = self.address.spec_path
        return tuple(
            f"!{os.path.join(root, glob[1:])}" if glob.startswith("!") else os.path.join(root, glob)
            for glob in self.value or ()
        )

    @property
    def is_default(self) -> bool:
        return self.value == self.default

    @property
    def matcher(self) -> FilespecMatcher:
        includes = [glob for glob in self.globs if not glob.startswith("!")]
        return FilespecMatcher(includes, [glob[1:] for glob in self.globs if glob.startswith("!")])


class _OwnedFiles:
    """Whether a path is one of a target's sources or of its examples."""

    def __init__(self, matchers: Sequence[FilespecMatcher]) -> None:
        self._matchers = matchers

    def matches(self, paths: Sequence[str]) -> list[str]:
        found = {path for matcher in self._matchers for path in matcher.matches(paths)}
        return [path for path in paths if path in found]


class XpkgSourcesField(MultipleSourcesField):
    """The one sources field that Pants asks for a target's files: for file arguments,
    `--changed-since`, `filedeps` and `peek`. So it answers for the examples as well.

    A package is built from `package_sources` instead.
    """

    default = ("**/*.yaml", "**/*.yml", "!examples/**", "!**/.*/**")
    help = help_text(
        """
        Build the package from these files: the meta object (usually `crossplane.yaml`) and the
        objects that the package installs. They are in the package in the order of their paths, the
        meta object first.

        Globs are relative to the BUILD file's directory; `!` excludes files. The default is all
        YAML below the directory except `examples/` and hidden directories. Files that are not
        YAML, and those in linked directories, are left out with a finding. Globs that match nothing
        are an error.

        Example:

            xpkg_package(
                sources=["crossplane.yaml", "apis/**/*.yaml", "!apis/**/kustomization.yaml"],
            )
        """
    )

    @classmethod
    def compute_value(cls, raw_value: _RawGlobs, address: Address) -> _Globs:
        globs = super().compute_value(raw_value, address)
        _require_own_globs(cls.alias, globs, address)
        return globs

    # Set by the target, which has both.
    _examples: Any = None

    def answer_for(self, examples: XpkgExamplesField) -> None:
        # Fields are frozen; this is part of how the target is made.
        object.__setattr__(self, "_examples", examples)

    @property
    def package_sources(self) -> PackageSourcesField:
        return PackageSourcesField(self.value, self.address)

    # What Pants keeps of a field it finds again by these.
    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, XpkgSourcesField)
            and type(self) is type(other)
            and (self.value, self.address) == (other.value, other.address)
            and self._examples == other._examples
        )

    def __hash__(self) -> int:
        return hash((super().__hash__(), self._examples))

    @property
    def filespec(self) -> Any:
        own = super().filespec
        if self._examples is None:
            return own
        added = [glob for glob in self._examples.globs if not glob.startswith("!")]
        return filespec_with(own, added)

    @memoized_property
    def filespec_matcher(self) -> Any:
        if self._examples is None:
            return super().filespec_matcher
        return _OwnedFiles((self.package_sources.filespec_matcher, self._examples.matcher))

    def path_globs(self, unmatched_build_file_globs: Any) -> PathGlobs:  # type: ignore[misc]
        """For what is shown, not for what is built. One list of globs cannot express two, so
        `sources` that exclude the folder of the examples do not exclude it here."""
        if self._examples is None:
            globs = super().path_globs(unmatched_build_file_globs)
            if self.value == self.default:
                return globs
            # As up to Pants 2.21: each glob that somebody wrote has to match something.
            return all_of(globs)
        examples = self._examples.value or ()
        own = [glob for glob in self.globs if not _leaves_out(glob, examples)]
        return PathGlobs(
            [*(self._prefix_glob_with_address(glob) for glob in own), *self._examples.globs],
            # Globs that match nothing are found when the package is built.
            glob_match_error_behavior=GlobMatchErrorBehavior.ignore,
            conjunction=GlobExpansionConjunction.any_match,
        )


class PackageSourcesField(XpkgSourcesField):
    """The `sources` and nothing else, since no target hands it examples."""

    @property
    def unchecked(self) -> UncheckedSourcesField:
        return UncheckedSourcesField(self.value, self.address)


class UncheckedSourcesField(PackageSourcesField):
    """The same files, without a word where a glob matches nothing: a package is also read because
    others share its process, and then its globs concern nobody."""

    def path_globs(self, unmatched_build_file_globs: Any) -> PathGlobs:  # type: ignore[misc]
        globs = super().path_globs(unmatched_build_file_globs)
        return PathGlobs(globs.globs, GlobMatchErrorBehavior.ignore)


def _leaves_out(glob: str, examples: Sequence[str]) -> bool:
    """Whether a glob leaves out a whole folder in which the globs of the examples may match."""
    folder, _, rest = glob[1:].partition("/**")
    if not glob.startswith("!") or rest not in ("", "/*"):
        return False
    return any(_may_match_below(folder, e) for e in examples if not e.startswith("!"))


def _may_match_below(folder: str, glob: str) -> bool:
    patterns = glob.split("/")[:-1]
    for number, part in enumerate(folder.split("/")):
        if number == len(patterns):
            return False
        if patterns[number] == "**":
            return True
        if not fnmatch.fnmatchcase(part, patterns[number]):
            return False
    return True


class XpkgDependenciesField(Dependencies):
    help = help_text(
        """
        Depend on these targets, by address: usually the `xpkg_package` targets of this repository
        that `spec.dependsOn` of the package names. `--changed-dependents` follows dependencies, and
        they are published before this package; nothing of them is in this package.

        Example:

            xpkg_package(dependencies=["packages/provider-storage", "packages/function-naming"])
        """
    )


class XpkgPinDependenciesField(BoolField):
    alias = "pin_dependencies"
    default = False
    help = help_text(
        f"""
        If true, the package is built with the digest of each package in place of its constraint in
        `spec.dependsOn`: of the package as this repository builds it, or else as it is in the lock
        of the target's `resolve`. Only these values change; the rest is what is in the sources, of
        which `{bin_name()} lint` speaks. A constraint that is a digest already stays.

        What a cluster installs is then decided when the package is built. All packages of the
        closure should be pinned, and be installed by digest.
        """
    )


class XpkgPackageTypeField(StringField):
    alias = "package_type"
    valid_choices = ("Provider", "Configuration", "Function")
    help = help_text(
        """
        Require this type of package. The meta object decides what a package is; with this field,
        `lint` and `package` fail when it has another type.
        """
    )


class XpkgOutputPathField(OutputPathField):
    help = help_text(
        """
        Write the package to this path below the `--distdir` (`dist/`).

        By default, the path of the BUILD file followed by the target's name:
        `path.to.project/name.xpkg`. The description is written beside it: `name.xpkg.json`.

        `{friendly_id}` is replaced by upstream's name for a built package: the meta object's name
        and 12 digits of the package's digest.

        Example:

            xpkg_package(output_path="packages/{friendly_id}.xpkg")
        """
    )

    @classmethod
    def compute_value(cls, raw_value: _Text, address: Address) -> _Text:
        value = super().compute_value(raw_value, address)
        # Pants would take the error of writing there for a change of the file system, and retry
        # forever.
        if value and (_leaves_its_folder(value) or value.endswith("/")):
            raise InvalidFieldException(
                f"The '{cls.alias}' field in target {address} must be the path of a file below the "
                f"`--distdir`, relative to it, but was {value!r}."
            )
        return value


class XpkgVersionField(StringField):
    alias = "version"
    help = help_text(
        """
        Set the package's version, for `{version}` in `image_tags` and `repository`. It has no
        default and never enters the package's bytes: the same sources give the same digest under
        any version. It may use `{env.<NAME>}` and `{build_args.<NAME>}`.

        The package manager only finds semantic versions, such as `v1.2.3`.
        """
    )


class XpkgRegistriesField(StringSequenceField):
    alias = "registries"
    default = (ALL_DEFAULT_REGISTRIES,)
    help = help_text(
        """
        Publish the package to these registries: addresses, or aliases from `[xpkg].registries`
        with an `@` before them. By default, all registries with `default = true`.

        An address is a host with an optional port, or `oci-layout:<directory>` for a directory
        that holds an OCI image layout.

        Example:

            # pants.toml
            [xpkg.registries.main]
            address = "registry.example.org"
            default = true

            # BUILD
            xpkg_package(registries=["@main", "registry.example.org:5000"])
        """
    )


class XpkgRepositoryField(StringField):
    alias = "repository"
    help = help_text(
        """
        Publish to this repository in the registry, for example `platform/provider-storage`. By
        default, that of the registry in `[xpkg].registries`, or `[xpkg].default_repository`, which
        is the meta object's name.

        Placeholders: `{name}` (the target's name), `{directory}` and `{parent_directory}` (of the
        BUILD file), `{package}` (the meta object's name), `{version}`, `{env.<NAME>}` (an
        environment variable), `{build_args.<NAME>}` (of `[xpkg].build_args`), `{pants.hash}` (of
        the package's digest), `{default_repository}`.
        """
    )


class XpkgImageTagsField(StringSequenceField):
    alias = "image_tags"
    help = help_text(
        """
        Publish under these tags. By default `{version}` if the target has a `version`, otherwise
        `latest`.

        Placeholders are those of `repository`. A tag that exists with another digest is refused,
        unless `mutable_tags` of the registry matches it.

        Example:

            xpkg_package(version="v1.2.3", image_tags=["{version}", "main"])
        """
    )


class XpkgResolveField(StringField):
    alias = "resolve"
    help = help_text(
        """
        Lock what the package depends on in this resolve, one of `[xpkg].resolves`. By default,
        `[xpkg].default_resolve`. The packages of a resolve share one version of each external
        package.

        Packages that are never installed in the same cluster may have different resolves.
        """
    )


class XpkgSkipPushField(BoolField):
    alias = "skip_push"
    default = False
    help = help_text(
        f"""
        If true, `{bin_name()} publish` leaves this package out. Packages that depend on it are
        published without it.
        """
    )


class XpkgSkipLintField(BoolField):
    alias = "skip_lint"
    default = False
    help = help_text(
        f"""
        If true, `{bin_name()} lint` leaves this package out. Even so, a package that fails
        lint is never built.
        """
    )


class XpkgPackageTarget(Target):
    alias = "xpkg_package"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        XpkgSourcesField,
        XpkgExamplesField,
        XpkgDependenciesField,
        XpkgPinDependenciesField,
        XpkgPackageTypeField,
        XpkgOutputPathField,
        XpkgVersionField,
        XpkgRepositoryField,
        XpkgRegistriesField,
        XpkgImageTagsField,
        XpkgResolveField,
        XpkgSkipPushField,
        XpkgSkipLintField,
    )
    help = help_text(
        f"""
        A Crossplane package: a Provider, a Configuration or a Function, as its meta object says.

        `{bin_name()} lint` checks it as Crossplane's own build does, and shows all errors at once;
        `{bin_name()} package` writes a reproducible `.xpkg` file and its description beside it;
        `{bin_name()} publish` sends it to registries.

        `{bin_name()} tailor` finds the packages of a repository and writes these targets.

        Example:

            xpkg_package(
                version="v0.1.0",
                repository="platform/provider-storage",
            )
        """
    )

    def validate(self) -> None:
        self[XpkgSourcesField].answer_for(self[XpkgExamplesField])
