"""changelog.d/: what is there can be gathered, and where it then stands."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "build-support" / "changelog.py"))

CHANGELOG = """\
# Changelog

## [0.2.0] - unreleased

### Added

- One.

### Fixed

- Two.

## [0.1.0] - 2026-01-01

### Added

- Old.
"""
GATHERED = """\
# Changelog

## [0.2.0] - unreleased

### Added

- One.
- Three,
  in two lines.
- Four.

### Fixed

- Two.
- Five.

### Package format

- Six.

## [0.1.0] - 2026-01-01

### Added

- Old.
"""


def write(root: Path, **files: str) -> None:
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    (root / "changelog.d").mkdir()
    (root / "changelog.d" / "README.md").write_text("# Changes\n")
    for name, text in files.items():
        (root / "changelog.d" / f"{name.replace('__', '.').replace('_', '-')}.md").write_text(text)


def test_each_file_goes_to_its_section_of_the_newest_release(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__added="- Three,\n  in two lines.\n",
        b__added="- Four.",
        c_d__fixed="- Five.\n",
        e__package_format="- Six.\n",
    )
    assert SCRIPT["main"](tmp_path) == 0
    assert (tmp_path / "CHANGELOG.md").read_text() == GATHERED
    assert [p.name for p in (tmp_path / "changelog.d").iterdir()] == ["README.md"]


@pytest.mark.parametrize("name", ["a", "a__new", "added"])
def test_what_has_no_place_changes_nothing(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, good__added="- Good.", **{name: "Text." if name == "added" else "- x"})
    assert SCRIPT["main"](tmp_path) == 1
    assert f"{name.replace('__', '.')}.md: " in capsys.readouterr().err
    assert (tmp_path / "CHANGELOG.md").read_text() == CHANGELOG
    assert (tmp_path / "changelog.d" / "good.added.md").exists()


def test_what_is_there_can_be_gathered() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for section, text in SCRIPT["entries"](ROOT / "changelog.d").values():
        changelog = SCRIPT["gathered"](changelog, section, text)
        assert text in changelog
