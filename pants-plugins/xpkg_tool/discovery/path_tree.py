"""Values by paths, of which those below a folder are found quickly."""

from __future__ import annotations

from bisect import bisect_left
from typing import Generic, Iterable, Iterator, Mapping, TypeVar

T = TypeVar("T")


class PathTree(Generic[T]):
    """Values by their paths (`at`), of which those below a folder are found without looking at all
    others: a repository has thousands of packages."""

    def __init__(self, at: Mapping[str, T]) -> None:
        self.at = at
        self._paths = sorted(at)

    def _range(self, folder: str) -> tuple[int, int] | None:
        """From where to where the paths below the folder are; None where there is none."""
        if not folder:
            return (0, len(self._paths)) if self._paths else None
        # `0` comes next after `/`.
        first, end = bisect_left(self._paths, f"{folder}/"), bisect_left(self._paths, f"{folder}0")
        return (first, end) if first < end else None

    def outside(self, folder: str, inner: Iterable[str]) -> Iterator[str]:
        """The paths below the folder that are below none of the `inner` ones."""
        skipped = dict(filter(None, map(self._range, inner)))
        place, end = self._range(folder) or (0, 0)
        while place < end:
            if place in skipped:
                place = skipped[place]
            else:
                yield self._paths[place]
                place += 1

    def outermost(self, folder: str) -> list[str]:
        """The paths below the folder that are below no other one of these."""
        chosen: list[str] = []
        skipped: dict[int, int] = {}
        place, end = self._range(folder) or (0, 0)
        while place < end:
            if place in skipped:
                place = skipped[place]
                continue
            path = self._paths[place]
            if path != folder:
                chosen.append(path)
                skipped.update(filter(None, [self._range(path)]))
            place += 1
        return chosen

    def has_below(self, folder: str) -> bool:
        return self._range(folder) is not None
