"""The figures of a run as a JSON file, with which a later run is compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.inputs import InputError
from benchmarks.measuring import Sample
from benchmarks.table import Figures


def save(figures: Figures, path: Path) -> None:
    """Writes the samples of each figure. Raises OSError."""
    found = {name: [vars(sample) for sample in samples] for name, samples in figures.items()}
    path.write_text(json.dumps({"figures": found}, indent=1) + "\n")


def load(path: Path) -> Figures:
    """What `save` has written. Raises InputError."""
    try:
        figures: dict[str, list[dict[str, Any]]] = json.loads(path.read_text())["figures"]
        return {name: [Sample(**sample) for sample in figures[name]] for name in figures}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError(f"{path} is not a file that --save has written.") from None
