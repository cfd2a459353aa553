"""Opens an image that the user names: a file, a folder, or a reference."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable, TypeVar

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.image_error import SOURCE_UNREADABLE, ImageError, image_error
from xpkg_tool.oci.read.archive_reader import read_archive
from xpkg_tool.oci.read.layout_reader import read_layout_folder
from xpkg_tool.oci.reference import LAYOUT_PREFIX, Reference, parse
from xpkg_tool.oci.stored_image import StoredImage

# Importing requests and oras takes 0.2 seconds, which is not needed for a file.
if TYPE_CHECKING:
    from xpkg_tool.registry.connection import Connection

Connect = Callable[[str], "Connection"]
T = TypeVar("T")


@contextmanager
def opened(
    source: str,
    *,
    env: Mapping[str, str] | None = None,
    insecure: Collection[str] = (),
    connect: Connect | None = None,
) -> Iterator[StoredImage]:
    """The image that `source` names, closed at the end. Its faults include what can be detected
    without reading its blobs.

    `source` is a file (an .xpkg, the output of `docker save`, a tar of an OCI layout), a folder
    with an OCI layout, `oci-layout:DIRECTORY:NAME` for a layout with several images, or a reference
    to a registry. An existing file or folder takes precedence. `env` (default: os.environ) is where
    credentials are looked up, `insecure` are the registries that use plain http, and `connect`
    opens the connection to a registry (for tests). Raises ImageError, including for errors of a
    registry inside the block.
    """
    try:
        image = open_source(
            source,
            read_layout_folder,
            read_archive,
            lambda reference: _pull(reference, env, insecure, connect),
        )
        try:
            yield image
        finally:
            image.close()
    except ImageError:
        raise
    except PublishError as error:
        # An error of a registry or a reference, with the code for reading.
        finding = error.at(source).finding._replace(code=SOURCE_UNREADABLE.code)
        raise ImageError(finding) from None


def open_source(
    source: str,
    in_layout: Callable[[str, str], T],
    in_file: Callable[[str], T],
    in_registry: Callable[[Reference], T],
) -> T:
    """What the one of the three makes of `source` that it is for, as `opened` says: of the folder
    of an image layout and a name in it ("" where it has one image), of a file, or of a reference
    into a registry. Raises ImageError where it can be none of these."""
    if os.path.isdir(source):
        return in_layout(source, "")
    if os.path.lexists(source):
        return in_file(source)
    if source.startswith(LAYOUT_PREFIX):
        folder, _, name = source[len(LAYOUT_PREFIX) :].partition(":")
        if not os.path.isdir(folder):
            raise image_error(source, "The folder does not exist", rule=SOURCE_UNREADABLE)
        return in_layout(folder, name)
    return in_registry(_as_reference(source))


def _as_reference(source: str) -> Reference:
    """`source`, which is not a file or folder, as a reference. Raises ImageError."""
    try:
        return parse(source)
    except PublishError as error:
        # Without a position, the error is about a password in the reference: do not show that.
        if error.finding.position is None or _begins_with_a_registry(source):
            raise ImageError(error.finding._replace(code=SOURCE_UNREADABLE.code)) from None
        raise image_error(
            source,
            "It is neither an existing file or folder nor a reference to a registry",
            "Name an .xpkg file, a folder with an OCI layout, or registry/repository:tag.",
            rule=SOURCE_UNREADABLE,
        ) from None


def _begins_with_a_registry(source: str) -> bool:
    """Whether this is probably meant as a reference (possibly mistyped) rather than a file."""
    first, slash, _ = source.partition("/")
    named = "." in first.strip(".") or ":" in first or first == "localhost"
    return bool(slash) and named and not source.endswith((".xpkg", ".tar"))


def _pull(
    reference: Reference,
    env: Mapping[str, str] | None,
    insecure: Collection[str],
    connect: Connect | None,
) -> StoredImage:
    from xpkg_tool.registry.pull import pull

    if connect is None:
        from xpkg_tool.registry.connection import PULL
        from xpkg_tool.registry.connection import connect as connect_to

        connection = connect_to(
            reference.registry,
            os.environ if env is None else env,
            insecure=reference.registry in insecure,
            actions=PULL,
        )
    else:
        connection = connect(reference.registry)
    try:
        return pull(reference, connection)
    except BaseException:
        connection.close()
        raise
