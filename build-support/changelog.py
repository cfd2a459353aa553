"""Gathers changelog.d/ into the newest release of CHANGELOG.md, when that is released.

    python build-support/changelog.py

Each file there, `<topic>.<section>.md`, holds list entries; they are appended to that section, and
the file is removed. Nothing is changed when one of them cannot be placed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Mapping

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = ("added", "changed", "fixed", "security", "package-format")


class Misplaced(Exception):
    """A file that belongs to no section, or holds no list."""


def entries(folder: Path) -> Mapping[Path, tuple[str, str]]:
    """The section and the text of each file, in the order of their names."""
    found = {}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        section, text = path.stem.rpartition(".")[2], path.read_text("utf-8").strip("\n")
        if section not in SECTIONS or not text.startswith("- "):
            raise Misplaced(f"{path}: <topic>.<section>.md with a list; {', '.join(SECTIONS)}")
        found[path] = section, text
    return found


def gathered(changelog: str, section: str, text: str) -> str:
    """`changelog` with `text` at the end of the section of its newest release, the first one."""
    title = section.replace("-", " ").capitalize()
    start = changelog.index("\n## [")
    end = changelog.find("\n## [", start + 1)
    end = len(changelog) if end < 0 else end
    release = changelog[start:end].rstrip("\n")
    heading = re.search(rf"^### {title}\n", release, re.MULTILINE)
    if heading is None:
        release += f"\n\n### {title}\n\n{text}"
    else:
        following = release.find("\n### ", heading.end())
        following = len(release) if following < 0 else following
        before = release[:following].rstrip("\n")
        release = f"{before}\n{text}{release[len(before) :]}"
    return changelog[:start] + release + "\n" + changelog[end:]


def main(root: Path = ROOT) -> int:
    path = root / "CHANGELOG.md"
    changelog = path.read_text("utf-8")
    try:
        found = entries(root / "changelog.d")
    except Misplaced as error:
        print(error, file=sys.stderr)
        return 1
    for section, text in found.values():
        changelog = gathered(changelog, section, text)
    path.write_text(changelog, "utf-8")
    for fragment in found:
        fragment.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
