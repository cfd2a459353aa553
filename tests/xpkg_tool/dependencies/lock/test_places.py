"""Where a lock file has its packages."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.dependencies.lock.universe import Universe, root, source
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.places import Places


@pytest.mark.parametrize("change", [lambda data: data, lambda data: data.replace(b"\n", b"\r\n")])
def test_the_lines_of_packages(change: object) -> None:
    universe = Universe({"a": {"v1.0.0": {}}, "b": {"v1.0.0": {}}})
    data = write_lock(universe.lock(root("x", {"a": "*", "b": "*"})))
    places = Places(change(data), "xpkg.lock")  # type: ignore[operator]
    lines = data.decode().splitlines()
    for name in "ab":
        for field in ("source", "version"):
            place = places.of(source(name), field)
            assert place is not None
            assert f'"{field}"' in lines[place.line - 1]
    first, second = places.of(source("a")), places.of(source("b"))
    assert first is not None and second is not None and first.line < second.line
    assert places.of(source("c")) is None
