"""Where a lock file has a package."""

from __future__ import annotations

import json
from functools import cached_property

from xpkg_tool.diagnostics.finding import Position
from xpkg_tool.documents.loader import locate
from xpkg_tool.documents.stream import Document


class Places:
    """The places in a lock file that can be read: its bytes, and its path. Nothing is looked at
    before it is asked for."""

    def __init__(self, data: bytes, path: str) -> None:
        self._data, self._path = data, path

    def of(self, source: str, field: str = "source") -> Position | None:
        """The place of a field of the package; None where the lock does not have it."""
        if source not in self._indexes:
            return None
        return locate(self._document, ("packages", self._indexes[source], field))

    @cached_property
    def _document(self) -> Document:
        text = self._data.decode("utf-8-sig").replace("\r\n", "\n")
        return Document(self._path, 0, 1, 1, text)

    @cached_property
    def _indexes(self) -> dict[str, int]:
        """The places in the list, by source."""
        packages = json.loads(self._document.text)["packages"]
        return {package["source"]: index for index, package in enumerate(packages)}
