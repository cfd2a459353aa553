"""`xpkg verify`: recomputes everything that a package says about itself, and lints its objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from xpkg_tool.building.build import PackageRequest, read
from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.shortened import shortened
from xpkg_tool.inspection.source import Connect, opened
from xpkg_tool.lint.contents import NO_OBJECTS
from xpkg_tool.lint.package import too_large
from xpkg_tool.oci.image_error import ImageError, finding_of
from xpkg_tool.oci.manifests import ImageConfig
from xpkg_tool.oci.read.package_files import BY_FILE_SYSTEM, PackageFiles, read_package
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, StoredImage, kind_of, read_config
from xpkg_tool.oci.write.image import ANNOTATION
from xpkg_tool.oci.write.layer import BASE_FILE, EXAMPLES_FILE

DIFF_ID_DIFFERS = Rule(
    "XP905",
    "diff-id-differs",
    "A layer does not match its diff ID.",
    fatal=True,
)
LABEL_DIFFERS = Rule(
    "XP906", "label-differs", "Labels and annotations contradict each other.", WARNING
)
NOT_ANNOTATED = Rule("XP908", "not-annotated", "No layer is marked as the package.", WARNING)
NO_PLATFORM = Rule("XP912", "no-platform", "The config names no platform.", WARNING)

_LABEL = f"{ANNOTATION}:"


def verify(
    source: str,
    *,
    env: Mapping[str, str] | None = None,
    insecure: Collection[str] = (),
    connect: Connect | None = None,
) -> tuple[Finding, ...]:
    """Everything that is wrong with the package that `source` names (as for source.opened), in
    order. Never raises for what it finds.

    Recomputes the digests and sizes of index, manifest, config and layers, and the layers' diff
    IDs, labels and annotations; then applies the lint rules to package.yaml and the examples, with
    these file names as the path of findings. For an index, checks the image for linux/amd64, as the
    package manager does. Layers are streamed: only package.yaml and the examples are kept.
    """
    try:
        with opened(source, env=env, insecure=insecure, connect=connect) as image:
            found, files = _verify_image(image)
    except ImageError as error:
        return (error.finding,)
    return shortened([*found, *_lint(source, files)])


def _verify_image(image: StoredImage) -> tuple[list[Finding], PackageFiles]:
    found = list(image.faults)
    files = read_package(image, all_layers=True, tolerate=lambda error: found.append(error.finding))
    found += files.faults
    try:
        config = read_config(image)
    except ImageError as error:
        found.append(error.finding)
    else:
        found += _diff_ids(image, config, files)
        found += _labels(image, config)
        found += _platform(image, config)
    if files.found_by == BY_FILE_SYSTEM and files.package is not None:
        found.append(_not_annotated(image))
    return found, files


def _lint(source: str, files: PackageFiles) -> Iterator[Finding]:
    if files.package is None:
        return
    oversize = too_large(len(files.package))
    if oversize is not None:
        yield oversize._replace(path=BASE_FILE)
    examples = {} if files.examples is None else {EXAMPLES_FILE: files.examples}
    request = PackageRequest(source, "", {BASE_FILE: files.package}, examples)
    _, findings = read(request)
    # Whether objects are missing is a question for the build of a package.
    yield from (finding for finding in findings if finding.code != NO_OBJECTS.code)


def _diff_ids(image: StoredImage, config: ImageConfig, files: PackageFiles) -> Iterator[Finding]:
    if len(config.diff_ids) != len(image.layers):
        yield finding_of(
            image.source,
            f"The config has {len(config.diff_ids)} diff IDs for {len(image.layers)} layers",
            rule=DIFF_ID_DIFFERS,
        )
        return
    for place, (layer, claimed) in enumerate(zip(image.layers, config.diff_ids)):
        content = files.layers.get(place)
        # If the digest is wrong, so is the diff ID.
        if content is None or content.diff_id in (None, claimed) or content.digest != layer.digest:
            continue
        yield finding_of(
            image.source,
            f"The diff ID of layer {layer.digest} is {content.diff_id}, but the config says "
            f"{claimed}",
            "Do not use it: runtimes refuse such an image. Build it again.",
            rule=DIFF_ID_DIFFERS,
        )


def _labels(image: StoredImage, config: ImageConfig) -> Iterator[Finding]:
    """Labels and annotations must agree: Crossplane's push derives annotations from the labels, its
    `resource validate` finds the base layer by the labels (crossplane#5804), and the package
    manager by the annotations."""
    labels = {
        key[len(_LABEL) :]: value for key, value in config.labels.items() if key.startswith(_LABEL)
    }
    annotated = {layer.digest: kind_of(layer) for layer in image.layers}
    for digest in sorted(labels.keys() - annotated.keys()):
        yield _label(
            image,
            f"The config labels layer {digest!a} as {labels[digest]!a}, but there is no such layer",
        )
    for digest, kind in annotated.items():
        label = labels.get(digest)
        if label == kind:
            continue
        annotation = "has no annotation" if kind is None else f"is annotated as {kind!a}"
        in_config = "has no label for it" if label is None else f"labels it as {label!a}"
        yield _label(image, f"Layer {digest} {annotation}, but the config {in_config}")


def _label(image: StoredImage, message: str) -> Finding:
    # A warning: the package manager reads only the annotations.
    return finding_of(
        image.source,
        message,
        "Push the package with `pants publish` or the Crossplane CLI: docker, `crane push` of a "
        "file and `skopeo copy` to another format lose annotations, and often change digests.",
        rule=LABEL_DIFFERS,
    )


def _not_annotated(image: StoredImage) -> Finding:
    what = "labelled" if image.form == DOCKER_ARCHIVE else "annotated"
    return finding_of(
        image.source,
        f"No layer is {what} as io.crossplane.xpkg: base, so the package manager has to fetch the "
        "whole image and uses the first package.yaml that it finds",
        "Push the package with `pants publish` or the Crossplane CLI; docker, `crane push` of a "
        "file and `skopeo copy` to another format lose annotations.",
        rule=NOT_ANNOTATED,
    )


def _platform(image: StoredImage, config: ImageConfig) -> Iterator[Finding]:
    if config.architecture and config.os:
        return
    yield finding_of(
        image.source,
        "The config has no platform: an index of such images has no entry that the package manager "
        "can use (crossplane#4977)",
        "Build the package with `pants package`, which sets linux/amd64.",
        rule=NO_PLATFORM,
    )
