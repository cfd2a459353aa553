# Written by `python build-support/by_name.py`; do not edit.
"""What the command line asks for: the one place that uses private parts of Pants.

Pants cancels a goal's other work at the first rule that raises. So that nobody has to run a goal
once for each mistake, a rule that is going to fail first awaits all packages that were asked for.
A union rule is not told which these are; the options are where it can be found.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Collection, Iterable

from pants.base.specs import Specs
from pants.base.specs_parser import SpecsParser
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.fs import GlobMatchErrorBehavior
from pants.engine.internals.options_parsing import _Options
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import filter_targets
from pants.engine.internals.graph import resolve_target
from pants.engine.internals.graph import resolve_unparsed_address_inputs
from pants.engine.internals.graph import transitive_targets
from pants.vcs.changed import find_changed_owners
from pants.vcs.git import get_git_worktree
from pants.engine.target import (
    AllTargets,
    FilteredTargets,
    Target,
    TransitiveTargets,
    TransitiveTargetsRequest,
    WrappedTarget,
    WrappedTargetRequest,
)
from pants.vcs.changed import ChangedAddresses, ChangedOptions, ChangedRequest
from pants.vcs.git import GitWorktreeRequest, MaybeGitWorktree
from pants.version import VERSION

from xpkg.install_target import XpkgInstallPackagesField
from xpkg.pants_versions import changed_request
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgSkipLintField, XpkgSourcesField

_DEPLOY = "experimental-deploy"
_MAKE_MANIFESTS = frozenset({"package", _DEPLOY})
# How many packages are few: each is then built in a process of its own.
_FEW = 4

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class NamedPackagesRequest:
    """Asks for `NamedPackages`; only a rule that is going to fail does."""


@dataclass(frozen=True)
class NamedPackages:
    """The addresses of the `xpkg_package` targets that the command line names, sorted; none where
    that is not known. Deploying an `xpkg_install` target means its packages. `manifests` has the
    `xpkg_install` targets that are named, where a goal makes their manifests."""

    addresses: tuple[Address, ...]
    manifests: tuple[Address, ...] = ()


def _specs(options: _Options) -> Specs:
    return SpecsParser().parse_specs(
        tuple(options.options.specs),
        description_of_origin="CLI arguments",
        unmatched_glob_behavior=GlobMatchErrorBehavior.ignore,
    )


# Stands before its caller because the engine looks for `Get`s there.
async def _named_targets(options: _Options) -> Iterable[Address]:
    changed = ChangedOptions.from_options(options.options.for_scope("changed"))
    if changed.provided:
        worktree = await get_git_worktree(**implicitly(GitWorktreeRequest()))
        if worktree.git_worktree is None:
            return ()
        files = tuple(changed.changed_files(worktree.git_worktree))
        request = changed_request(files, changed.dependents)
        return await find_changed_owners(**implicitly({request: ChangedRequest}))
    targets = await filter_targets(**implicitly({_specs(options): Specs}))
    return tuple(target.address for target in targets)


# Stands before its caller because the engine looks for `Get`s there.
async def _installed_by(
    installs: Iterable[Target], named: Collection[Address]
) -> Iterable[Address]:
    """The packages that the named ones of the `xpkg_install` targets install."""
    fields = [t[XpkgInstallPackagesField] for t in installs if t.address in named]
    roots = await concurrently(
        resolve_unparsed_address_inputs(**implicitly({f.to_unparsed_address_inputs(): UnparsedAddressInputs})) for f in fields
    )
    request = TransitiveTargetsRequest(address for addresses in roots for address in addresses)
    try:
        transitive = await transitive_targets(**implicitly({request: TransitiveTargetsRequest}))
    # A cycle, or an address that does not exist: publishing has its own words for them.
    except Exception:
        return request.roots
    return tuple(target.address for target in transitive.closure)


@rule
async def find_named_packages(
    _: NamedPackagesRequest, options: _Options, all_targets: AllTargets
) -> NamedPackages:
    packages = {t.address for t in all_targets if t.has_field(XpkgSourcesField)}
    installs = [t for t in all_targets if t.has_field(XpkgInstallPackagesField)]
    try:
        named = await _named_targets(options)
    # All of this is private to Pants, and may differ in a version that nobody has tried.
    except (AttributeError, KeyError, TypeError) as error:
        logger.warning(
            "The xpkg backend cannot tell which packages the command line names, so a run that "
            "fails may not show the errors of all of them. Please report this, with the version of "
            "Pants (%s): %r",
            VERSION,
            error,
        )
        named = ()
    goals = frozenset(options.options.goals)
    manifests = {t.address for t in installs}.intersection(named) if goals & _MAKE_MANIFESTS else ()
    if _DEPLOY in goals:
        named = (*named, *await _installed_by(installs, manifests))
    return NamedPackages(
        tuple(sorted(packages.intersection(named))),
        tuple(sorted(manifests)),
    )


@dataclass(frozen=True)
class FewPackagesRequest:
    """Asks for `FewPackages`."""


@dataclass(frozen=True)
class FewPackages:
    """The packages that the command line names one by one, by address or folder; none where there
    are more than a few, or where it is not known. No other BUILD file is read for them."""

    addresses: frozenset[Address]


@rule
async def find_few_packages(_: FewPackagesRequest, options: _Options) -> FewPackages:
    try:
        changed = ChangedOptions.from_options(options.options.for_scope("changed"))
        specs = _specs(options)
        named = specs.includes
        others = (named.dir_globs, named.recursive_globs, named.ancestor_globs, named.file_globs)
        count = len(named.address_literals) + len(named.dir_literals)
    # As above; `find_named_packages` says so where it matters.
    except (AttributeError, KeyError, TypeError):
        return FewPackages(frozenset())
    if changed.provided or any(others) or not 0 < count <= _FEW:
        return FewPackages(frozenset())
    targets = await filter_targets(**implicitly({specs: Specs}))
    found = frozenset(t.address for t in targets if t.has_field(XpkgSourcesField))
    return FewPackages(found if len(found) <= _FEW else frozenset())


@dataclass(frozen=True)
class ShownByLintRequest:
    """Asks whether `lint` shows the findings of the package at `address` in this run."""

    address: Address


@dataclass(frozen=True)
class ShownByLint:
    value: bool


@rule
async def shown_by_lint(
    request: ShownByLintRequest, options: _Options, xpkg: XpkgSubsystem
) -> ShownByLint:
    if "lint" not in options.options.goals or xpkg.skip:
        return ShownByLint(False)
    only = options.options.for_scope("lint").only
    if only and xpkg.options_scope not in only:
        return ShownByLint(False)
    wrapped = await resolve_target(**implicitly(WrappedTargetRequest(request.address, "the xpkg backend")))
    return ShownByLint(not wrapped.target[XpkgSkipLintField].value)


def rules() -> Iterable[Any]:
    return collect_rules()
