"""What tests that publish to a registry share."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_registry import CANARY
from registry_tools import Pusher


@pytest.fixture
def pusher(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Pusher]:
    """Publishes; at the end no secret is in a log at debug level or in an output (fault 38)."""
    caplog.set_level(logging.DEBUG)
    yield Pusher(tmp_path)
    output = capfd.readouterr()
    # In a fixture's end `caplog.text` is that of the end alone.
    log = "\n".join(record.getMessage() for record in caplog.get_records("call"))
    assert CANARY not in log + output.out + output.err
