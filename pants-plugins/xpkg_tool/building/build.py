"""From the files of a package to the package: read, lint, pack. Pure: bytes in, bytes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping, NamedTuple

from xpkg_tool.building.description import describe, to_text
from xpkg_tool.diagnostics.finding import (
    ERROR,
    WARNING,
    Finding,
    fails,
    has_errors,
    in_order,
    settled,
)
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.analysis import analyse_example, analyse_source
from xpkg_tool.lint.contents import check_emptiness
from xpkg_tool.lint.package import lint, too_large
from xpkg_tool.lint.selection import EVERYTHING, Selection, apply
from xpkg_tool.oci.write.archive import write_archive
from xpkg_tool.oci.write.image import build_image
from xpkg_tool.oci.write.layer import base_layer, examples_layer
from xpkg_tool.package.content import PackageContent, examples_yaml, gather, package_yaml
from xpkg_tool.package.crossplane_versions import RELEASES, releases
from xpkg_tool.package.file import FileAnalysis

if TYPE_CHECKING:
    from xpkg_tool.dependencies.pinning import Pins

NO_SOURCES = Rule(
    "XP011",
    "no-files",
    "No file matches the package's sources or examples.",
    fatal=True,
    also=WARNING,
)


class PackageRequest(NamedTuple):
    """The input for a package.

    `name` is the name of the package in messages (a target's address, a folder). Paths are
    relative to the repository; `root` is the folder of the package. `package_type` is the type
    that the meta object must have, or None. `examples_expected` says that examples were named
    explicitly, so that finding none is a mistake. `findings` are those from gathering the files;
    `selection` says which findings are shown, and `fail_on` (ERROR or WARNING) the lowest severity
    that stops a build. With `pins`, the package is built with digests for the constraints of its
    dependencies, while the findings are about what its author wrote. `assemble` and `check`, for
    files that were read elsewhere, ignore `sources` and `examples`.
    """

    name: str
    root: str
    sources: Mapping[str, bytes]
    examples: Mapping[str, bytes]
    package_type: str | None = None
    examples_expected: bool = False
    selection: Selection = EVERYTHING
    findings: tuple[Finding, ...] = ()
    fail_on: str = ERROR
    pins: Pins | None = None


class BuiltPackage(NamedTuple):
    """A built package: the bytes of the .xpkg file and of its description. `name` is that of the
    meta object, `size` the number of bytes of YAML that were packed, `layers_size` that of the
    layers in the image."""

    archive: bytes
    description: bytes
    digest: str
    name: str
    size: int
    layers_size: int


class BuildResult(NamedTuple):
    """The result of a build; `package` is None if and only if a finding stops the build."""

    findings: tuple[Finding, ...]
    package: BuiltPackage | None


class Analyses(NamedTuple):
    """The analyses of a package's files."""

    sources: tuple[FileAnalysis, ...]
    examples: tuple[FileAnalysis, ...]


def build(request: PackageRequest) -> BuildResult:
    """Builds one package. Never raises for bad input, which causes findings."""
    return assemble(request, analyse(request))


def analyse(request: PackageRequest) -> Analyses:
    """Reads every file of the package."""
    return Analyses(
        tuple(analyse_source(path, data) for path, data in request.sources.items()),
        tuple(analyse_example(path, data) for path, data in request.examples.items()),
    )


def assemble(request: PackageRequest, analyses: Analyses) -> BuildResult:
    """Lints and packs files that were read, without parsing anything."""
    content, findings = check(request, analyses)
    if fails(findings, request.fail_on):
        return BuildResult(findings, None)
    if request.pins is not None:
        # Hardly any package is pinned.
        from xpkg_tool.dependencies.pinning import pin

        meta, problems = pin(content.metas[0], request.pins)
        if problems:
            return BuildResult(in_order([*findings, *problems]), None)
        content = content._replace(metas=(meta,))
    base = package_yaml(content)
    oversize = too_large(base.size)
    if oversize is not None:
        return BuildResult(in_order([*findings, oversize]), None)
    examples = examples_yaml(content)
    layers = [base_layer(base)]
    if content.examples:
        layers.append(examples_layer(examples))
    image = build_image(layers)
    description = to_text(describe(content, image, request.root))
    archive = b"".join(write_archive(image))
    size = base.size + examples.size
    layers_size = sum(layer.size for layer in image.layers)
    name = content.metas[0].object.name
    package = BuiltPackage(archive, description, image.digest, name, size, layers_size)
    return BuildResult(findings, package)


def read(request: PackageRequest) -> tuple[PackageContent, tuple[Finding, ...]]:
    """The content of the package and all its findings."""
    return check(request, analyse(request))


def check(
    request: PackageRequest, analyses: Analyses
) -> tuple[PackageContent, tuple[Finding, ...]]:
    """Like `read`, for files that were already read."""
    files = (*analyses.sources, *analyses.examples)
    content = gather(analyses.sources, analyses.examples)
    findings = [*request.findings, *(finding for file in files for finding in file.findings)]
    if analyses.sources:
        whole = all(file.whole for file in analyses.sources) and not has_errors(request.findings)
        findings += lint(content, request.package_type, whole)
        admitted = releases(content.metas[0].value) if len(content.metas) == 1 else RELEASES
        of_releases = (finding for file in files for finding in file.release_findings)
        findings += settled(of_releases, admitted)
    else:
        findings.append(_no_files(request, "sources"))
    if request.examples_expected and not analyses.examples:
        findings.append(_no_files(request, "examples", WARNING))
    if not has_errors(findings):
        # Otherwise the objects may be in what could not be read.
        findings += check_emptiness(content)
    suppressions = (comment for file in files for comment in file.suppressions)
    if any(meta.object.kind.kind == "Function" for meta in content.metas):
        from xpkg_tool.lint.function_definitions import in_functions

        findings = list(in_functions(content, findings))
    return content, apply(findings, request.selection, suppressions)


def _no_files(request: PackageRequest, field: str, severity: str = ERROR) -> Finding:
    return NO_SOURCES.finding(
        f"The package in {request.root or 'the top folder'} has no {field}: no file matches.",
        f"Fix the globs of `{field}`, which are relative to the package's folder, or add the "
        "files.",
        object=request.name,
        severity=severity,
    )
