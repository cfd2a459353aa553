"""Locking what packages of other repositories are needed: `lock` and `check-lock`."""

from collections.abc import Mapping
from typing import NamedTuple

from xpkg_tool.messages.registry import RegistryOptions
from xpkg_tool.messages.report import FailOn, RuleSelection


class PackageToLock(NamedTuple):
    """Who asks for external packages: the name that a lock has for it, and the file with its meta
    object, of a package; or the `sources` that are to be installed, in whichever version."""

    name: str
    file: str = ""
    sources: tuple[str, ...] = ()


class LockRequest(NamedTuple):
    """Locks the external packages that packages depend on. The other output is LOCK, where nothing
    prevents one.

    `lock` is the lock that there is, if any. `own` has the names of the repository's own packages
    by the sources that are not to be locked; `upgrade` are sources whose locked versions need not
    be kept, `*` for all. The other fields are as in PlanRequest."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    lock: str
    packages: tuple[PackageToLock, ...]
    own: Mapping[str, str]
    upgrade: tuple[str, ...] = ()


class LockAnswer(NamedTuple):
    """How many packages are locked, a line for each that differs, and which of `upgrade` name no
    package. `error` is all that prevents a lock."""

    packages: int = 0
    changes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    error: str = ""


class CheckLockRequest(NamedTuple):
    """Compares a lock with the packages that it is for. `own` are the sources of the repository's
    own packages, `command` what writes the lock again. `shown` are files like FINDINGS: what is
    said there of the same line is not said again."""

    lock: str
    packages: tuple[PackageToLock, ...]
    own: tuple[str, ...]
    command: str
    selection: RuleSelection = RuleSelection()
    fail_on: FailOn = FailOn.ERROR
    shown: tuple[str, ...] = ()


class LockReport(NamedTuple):
    """The rendered findings in one file: the lock, or that with a package's meta object."""

    path: str
    text: str
    failed: bool


class CheckLockAnswer(NamedTuple):
    """Of the files with findings. Report n has FINDINGS in `n/`."""

    reports: tuple[LockReport, ...]
