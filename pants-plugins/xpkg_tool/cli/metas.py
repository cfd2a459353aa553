"""The meta object of a package in a folder, for commands that need nothing else of it."""

from __future__ import annotations

import os

from xpkg_tool.cli.failure import Failure, os_failure
from xpkg_tool.dependencies.metas import Meta, find_metas
from xpkg_tool.diagnostics.finding import few
from xpkg_tool.discovery.walk import walk

_EXAMPLES = "examples"
_META_FILES = ("crossplane.yaml", "crossplane.yml")


def meta_in(folder: str) -> Meta:
    """The meta object of the package in `folder`. Raises Failure, also where there are several: one
    of them would be left out."""
    try:
        files = walk(folder, without=os.path.join(folder, _EXAMPLES)).files
    except OSError as error:
        raise os_failure("The folder cannot be read", folder, error) from None
    likely = sorted(files.items(), key=lambda item: os.path.basename(item[0]) not in _META_FILES)
    metas = list(find_metas(likely))
    if not metas:
        raise Failure(
            f"The folder {folder} contains no package: no file has a meta object.",
            "Name folders with a crossplane.yaml.",
        )
    if len(metas) > 1:
        places = [f"{meta.document.path}:{meta.document.line}" for meta in metas]
        raise Failure(
            f"The folder {folder} contains {len(metas):,} meta objects, at "
            f"{few(places)}, but a package has one.",
            "Name the folder of each package.",
        )
    return metas[0]
