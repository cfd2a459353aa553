"""Documents whose text stays in its file: a package with 2,000 definitions never needs all texts at
once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredDocument:
    """A document (see stream.Document) whose `size` bytes of text begin at byte `start` of the file
    at `path`, relative to the working directory. A final newline that is missing there is added."""

    path: str
    index: int
    line: int
    column: int
    start: int
    size: int

    @property
    def data(self) -> bytes:
        """The text as UTF-8, read anew each time."""
        with open(self.path, "rb") as file:
            file.seek(self.start)
            data = file.read(self.size)
        return data if len(data) == self.size else data + b"\n"

    @property
    def text(self) -> str:
        return self.data.decode("utf-8")


def find_text(data: bytes, text: bytes, start: int) -> int | None:
    """The offset of `text` in a file's bytes, from `start` on: verbatim or, at the end, without its
    final newline. None if it was changed while reading (line ends, byte order mark)."""
    found = data.find(text, start)
    if found >= 0:
        return found
    last = len(data) - len(text) + 1
    return last if last >= start and data.endswith(text[:-1]) else None
