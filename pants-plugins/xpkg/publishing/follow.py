"""Follows a process that publishes while it runs.

Pants delivers what a process prints when the process has ended. So the tool adds what happens to a
file outside its sandbox, and a thread of the daemon reads along.
"""

from __future__ import annotations

import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator

from pants.engine.streaming_workunit_handler import (
    thread_locals_get_for_current_thread,
    thread_locals_set_for_current_thread,
)

from xpkg_tool.messages.codec import MessageError, decode
from xpkg_tool.messages.publish import PublishedPackage, PublishEvent

_PAUSE = 0.1  # Seconds between two looks at the file.


@contextmanager
def following(began: Callable[[str], None]) -> Iterator[Following]:
    """Reads a new file of events as long as this context is open: also when the run is interrupted,
    and the engine drops the rule that waits for the process.

    `began` is called with the name of each package that begins, in a thread whose log is that of
    the run.
    """
    with tempfile.TemporaryDirectory(prefix="xpkg-publish-") as folder:
        file = Path(folder, "events")
        file.touch()
        reader = Following(file, began)
        ended = threading.Event()
        # Where a log goes is known to the thread of a run only: to a terminal or a client's pipe.
        log = thread_locals_get_for_current_thread()

        def follow() -> None:
            thread_locals_set_for_current_thread(log)
            while not ended.wait(_PAUSE):
                reader.read()
            reader.read()

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield reader
        finally:
            ended.set()
            thread.join()


class Following:
    """The events that were read from `file` so far: `published` has the packages that are done, by
    name."""

    def __init__(self, file: Path, began: Callable[[str], None]) -> None:
        self.file = file
        self.published: dict[str, PublishedPackage] = {}
        self._began = began
        self._position = 0

    def read(self) -> None:
        with self.file.open("rb") as file:
            file.seek(self._position)
            # The last line may not be whole yet.
            *lines, rest = file.read().split(b"\n")
            self._position = file.tell() - len(rest)
        for line in lines:
            try:
                event = decode(PublishEvent, line)
            # The answer of the process has all of it once more.
            except MessageError:
                continue
            if event.published is None:
                self._began(event.name)
            else:
                self.published[event.name] = event.published
