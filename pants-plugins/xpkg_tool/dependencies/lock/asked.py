"""A package that a lock is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from xpkg_tool.dependencies.lock.catalog import Content
from xpkg_tool.dependencies.lock.choice import Chosen
from xpkg_tool.dependencies.lock.entries import Entry


@dataclass(frozen=True)
class Asked:
    """By whom it is asked for, what was taken, and its content where that is known."""

    entries: tuple[Entry, ...]
    choice: Chosen
    content: Content | None
