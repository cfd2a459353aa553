"""What a fast reader answers where a more exact one has to read the document."""

from __future__ import annotations

from typing import Any

UNCERTAIN: Any = object()
