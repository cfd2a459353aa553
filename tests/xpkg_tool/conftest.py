"""What tests that publish to a registry share, and what is done once for all of them."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.xpkg_tool.registry.fake_registry import CANARY
from tests.xpkg_tool.registry.registry_tools import Pusher

# Those of the libraries have handlers and levels of their own, as somebody has who wants to see
# what they do.
_LOGGERS = ("", "urllib3", "urllib3.connectionpool", "urllib3.connection", "requests", "oras")


def pytest_collection_finish() -> None:
    """Leave what lives as long as the tests to itself: a tenth of their time was looking at it for
    garbage again and again."""
    gc.collect()
    gc.freeze()


class _Lines(logging.Handler):
    """All that is logged, as it would be shown, with the tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def pusher(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Pusher]:
    """Publishes; at the end no secret is in a log at debug level or in an output."""
    handler = _Lines()
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(handler)
    try:
        yield Pusher(tmp_path)
    finally:
        for name, level in before.items():
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).setLevel(level)
    output = capfd.readouterr()
    assert CANARY not in "\n".join(handler.lines) + output.out + output.err
