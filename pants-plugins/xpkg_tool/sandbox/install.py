"""The command that makes the manifest which installs packages, for the Pants backend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from xpkg_tool.dependencies.install.functions import check_functions
from xpkg_tool.dependencies.install.manifest import InstallTarget, Manifest, make_manifest
from xpkg_tool.dependencies.install.model import Closure, Package, locked_packages
from xpkg_tool.dependencies.install.places import Places
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import read_lock
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, dialects_of
from xpkg_tool.diagnostics.finding import Finding, fails, in_order, render_all, strictness
from xpkg_tool.lint.analysis import analyse_source
from xpkg_tool.lint.selection import Selection, apply
from xpkg_tool.messages.files import MANIFEST
from xpkg_tool.messages.install import (
    InstallAnswer,
    InstalledObject,
    InstallRequest,
    PackageToInstall,
)
from xpkg_tool.package.crossplane_versions import releases
from xpkg_tool.package.version_tags import is_complete_version


def make_install_manifest(request: InstallRequest, output: Path) -> InstallAnswer:
    """Writes MANIFEST, unless findings stop it."""
    try:
        target = InstallTarget(
            request.place,
            request.roots,
            request.mode,
            request.options,
            request.overrides,
            request.command,
        )
        manifest = make_manifest(target, _available(request), _places(request))
        findings = in_order((*manifest.findings, *_function_names(request, manifest.closure)))
    except LockError as error:
        return InstallAnswer(str(error), False)
    fail_on = request.fail_on.value
    text = "\n\n".join(filter(None, (render_all(findings), strictness(findings, fail_on))))
    if fails(findings, fail_on):
        return InstallAnswer(text, False)
    output.mkdir(parents=True, exist_ok=True)
    (output / MANIFEST).write_text(manifest.text, "ascii")
    return InstallAnswer(text, True, _objects(manifest))


def _places(request: InstallRequest) -> Places:
    return Places(
        request.place,
        {package.name: package.place for package in request.packages if package.place},
        {package.name: package.meta for package in request.packages if package.meta},
        lambda path: Path(path).read_bytes(),
    )


def _available(request: InstallRequest) -> Iterator[Package]:
    own = [_package(package) for package in request.packages]
    yield from own
    if request.lock:
        lock = read_lock(Path(request.lock).read_bytes(), request.lock)
        # What the repository publishes itself is installed at the version that it has there.
        sources = {package.source for package in own}
        read = {dialect for package in own for dialect in package.dialects}
        dialects = tuple(d for d in BOTH_DIALECTS if d in read) or BOTH_DIALECTS
        locked = locked_packages(lock, request.lock, dialects)
        yield from (package for package in locked if package.source not in sources)


def _package(given: PackageToInstall) -> Package:
    description = json.loads(Path(given.description).read_text("utf-8"))
    meta = description["meta"]
    return Package(
        origin=given.name,
        source=given.source,
        version=_version(given.tags),
        digest=description["digest"],
        kind=meta["kind"],
        dependencies=tuple(
            LockedDependency(d["package"], d["apiVersion"], d["kind"], d["constraint"] or "")
            for d in meta["dependencies"]
        ),
        dialects=dialects_of(releases(_admitted(meta))),
    )


def _admitted(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    """A meta object with what the described one says of the releases of Crossplane."""
    constraint = meta.get("crossplane")
    return {"spec": {"crossplane": {"version": constraint}}} if constraint else {}


def _version(tags: Sequence[str]) -> str:
    """Of several tags, the first one that the package manager finds as a version."""
    return next(filter(is_complete_version, tags), tags[0] if tags else "")


def _function_names(request: InstallRequest, closure: Closure) -> Iterator[Finding]:
    installed = {package.origin for package in closure.packages}
    select, ignore, per_path_ignores = request.selection
    selection = Selection(select, ignore, tuple(per_path_ignores.items()))
    for package in request.packages:
        if package.name not in installed:
            continue
        for path in package.compositions:
            analysis = analyse_source(path, Path(path).read_bytes())
            found = check_functions(analysis.objects, closure)
            # Comments that suppress nothing are a finding of the package.
            for finding in apply(found, selection, analysis.suppressions):
                if finding.code == "XP166":
                    yield finding


def _objects(manifest: Manifest) -> tuple[InstalledObject, ...]:
    return tuple(
        InstalledObject(
            value["kind"], value["metadata"]["name"], value["spec"]["package"], package.origin
        )
        for package, value in zip(manifest.closure.packages, manifest.objects)
    )
