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
    assert CANARY not in caplog.text + output.out + output.err
