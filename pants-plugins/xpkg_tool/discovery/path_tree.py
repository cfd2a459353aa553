"""Values by path, with fast lookups of those below a folder."""

from __future__ import annotations

from bisect import bisect_left
from typing import Generic, Iterable, Iterator, Mapping, TypeVar

T = TypeVar("T")


class PathTree(Generic[T]):
    """Values by path (`at`). Those below a folder are found without looking at all others, because
    a repository may have thousands of packages."""

    def __init__(self, at: Mapping[str, T]) -> None:
        self.at = at
        self._paths = sorted(at)

    def _range(self, folder: str) -> tuple[int, int] | None:
        """The range of the paths below the folder; None if there are none."""
        if not folder:
            return (0, len(self._paths)) if self._paths else None
        # `0` is the character after `/`.
        first, end = bisect_left(self._paths, f"{folder}/"), bisect_left(self._paths, f"{folder}0")
        return (first, end) if first < end else None

    def outside(self, folder: str, inner: Iterable[str]) -> Iterator[str]:
        """The paths below the folder that are not below any of the `inner` folders."""
        return self._between(folder, dict(filter(None, map(self._range, inner))))

    def _between(self, folder: str, skipped: Mapping[int, int]) -> Iterator[str]:
        """The paths below the folder without the ranges `skipped`, which may grow meanwhile."""
        place, end = self._range(folder) or (0, 0)
        while place < end:
            if place in skipped:
                place = skipped[place]
            else:
                yield self._paths[place]
                place += 1

    def outermost(self, folder: str) -> list[str]:
        """The paths below the folder that are not below another one of them."""
        chosen: list[str] = []
        skipped: dict[int, int] = {}
        for path in self._between(folder, skipped):
            if path != folder:
                chosen.append(path)
                skipped.update(filter(None, [self._range(path)]))
        return chosen

    def has_below(self, folder: str) -> bool:
        return self._range(folder) is not None
