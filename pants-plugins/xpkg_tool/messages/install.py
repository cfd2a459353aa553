"""Manifests that install packages: `install`."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Optional

from xpkg_tool.messages.report import FailOn, RuleSelection

_Text = Optional[str]
_Globs = Optional[tuple[str, ...]]
_Integer = Optional[int]
_Flag = Optional[bool]
_TextByKey = Optional[Mapping[str, str]]

# How a manifest names the packages that it installs (dependencies/install/model.py).
InstallMode = Literal["tag", "pinned", "unresolved"]


class InstallOptions(NamedTuple):
    """Fields of the objects that install packages, None for those that are not set: of
    pkg.crossplane.io/v1, as its API describes them. `reference` is how the object of a single
    package names it, `tag`, `digest` or `tag@digest`, where that is not as the mode says."""

    revision_activation_policy: _Text = None
    revision_history_limit: _Integer = None
    package_pull_policy: _Text = None
    package_pull_secrets: _Globs = None
    runtime_config_ref: _TextByKey = None
    common_labels: _TextByKey = None
    common_annotations: _TextByKey = None
    skip_dependency_resolution: _Flag = None
    ignore_crossplane_constraints: _Flag = None
    reference: _Text = None


class PackageToInstall(NamedTuple):
    """A package of the repository: `name` is that of its target, `source` what dependents call it,
    `tags` those that it is published under, `description` the path of its DESCRIPTION.
    `compositions` are the source files in which functions may be called. For messages, `place` is
    that of the target (`folder/BUILD:1`), and `meta` the source file with the meta object."""

    name: str
    source: str
    tags: tuple[str, ...]
    description: str
    compositions: tuple[str, ...] = ()
    place: str = ""
    meta: str = ""


class InstallRequest(NamedTuple):
    """Makes the manifest that installs the packages with the sources `roots` and all that they
    depend on, of these packages and of those in the lock file `lock` ("" for none), which `command`
    writes. `overrides` are by name or source of a package; `place` is that of the target."""

    place: str
    roots: tuple[str, ...]
    packages: tuple[PackageToInstall, ...]
    lock: str = ""
    command: str = "xpkg lock"
    mode: InstallMode = "tag"
    options: InstallOptions = InstallOptions()
    overrides: Mapping[str, InstallOptions] = {}
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR


class InstalledObject(NamedTuple):
    """An object of a manifest: its kind, its name, the reference of its package, and where that
    comes from: the name of a PackageToInstall, or the lock."""

    kind: str
    name: str
    package: str
    origin: str


class InstallAnswer(NamedTuple):
    """The rendered findings. Unless these stop it, the manifest is the file MANIFEST, with these
    objects, dependencies first."""

    text: str
    made: bool
    objects: tuple[InstalledObject, ...] = ()
