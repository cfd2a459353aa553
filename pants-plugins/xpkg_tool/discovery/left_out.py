"""Findings about files in a package's folder that are not read, and files from elsewhere that are.
The tool's own walk and Pants' globs encounter the same cases and report the same findings."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, Iterator

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.analysis import holds_object
from xpkg_tool.messages.build import LeftOut

LINKED_FOLDER = Rule("XP012", "linked-folder", "A folder is a symbolic link.")
DANGLING_LINK = Rule("XP013", "dangling-link", "A symbolic link is broken.")
OUTSIDE_LINK = Rule(
    "XP014", "link-outside", "A symbolic link leads out of the package's folder.", WARNING
)
ENDING_CASE = Rule("XP015", "ending-case", "The extension of a file's name is not in lower case.")
NOT_A_FILE = Rule("XP016", "not-a-file", "Something with the name of a YAML file is not a file.")
FILE_NAME = Rule(
    "XP018", "file-name", "The name of a file is not valid UTF-8.", fatal=True, also=WARNING
)
HIDDEN_FOLDER = Rule(
    "XP019", "hidden-folder", "A hidden folder contains objects and is left out.", WARNING
)

_REMEDY_END = "or leave the path out with a pattern."


def linked_folder(path: str, severity: str) -> Finding:
    """There is YAML in a linked folder, which upstream's walk skips."""
    return LINKED_FOLDER.finding(
        "The folder is a symbolic link, and linked folders are not read.",
        f"Put the folder itself here, or links to its files, {_REMEDY_END}",
        path,
        severity=severity,
    )


def dangling_link(path: str, target: str, reason: str, severity: str) -> Finding:
    """A link with the name of a YAML file is dangling; `reason` is the system's error message."""
    return DANGLING_LINK.finding(
        f"The symbolic link points to {target!r}, which cannot be opened: {reason}.",
        f"Restore its target, remove the link, {_REMEDY_END}",
        path,
        severity=severity,
    )


def outside_link(path: str, target: str) -> Finding:
    """A file of the package is a link to one in another folder."""
    return OUTSIDE_LINK.finding(
        f"The symbolic link points to {target!r}, outside the package's folder.",
        f"Put the file itself here, {_REMEDY_END}",
        path,
    )


def file_name(path: str, severity: str) -> Finding:
    """The name of a YAML file, or of its folder, is not UTF-8."""
    return FILE_NAME.finding(
        "The name of the file or of its folder is not valid UTF-8, so the file is not read.",
        "Give it a name in UTF-8, preferably in ASCII.",
        path,
        severity=severity,
    )


def not_a_file(path: str, noun: str) -> Finding:
    """Something with the name of a YAML file is `noun`, for example "a FIFO"."""
    return NOT_A_FILE.finding(
        f"This has the name of a YAML file, but is {noun}.",
        f"Remove it, {_REMEDY_END}",
        path,
    )


def ending_case(path: str, severity: str) -> Finding:
    """The extension of a YAML file has upper-case letters."""
    return ENDING_CASE.finding(
        "The extension is not in lower case, so the file is not read.",
        f"Change the extension to .yaml or .yml, {_REMEDY_END}",
        path,
        severity=severity,
    )


def hidden_folder(path: str, file: str) -> Finding:
    """A hidden folder, which is not read, contains an object, in the YAML file `file`."""
    return HIDDEN_FOLDER.finding(
        f"The folder is hidden, so it is not read, but {file!r} contains an object.",
        f"Give the folder a name that does not begin with a dot, {_REMEDY_END}",
        path,
    )


def findings_of(entries: Iterable[LeftOut], folder: str = "") -> Iterator[Finding]:
    """The findings for what another program left out; paths are relative to `folder`. Raises
    OSError where the content of a file (LeftOut.unread) cannot be read."""
    for entry in entries:
        reason, path = entry.reason, entry.path
        loss = WARNING if entry.example else ERROR
        if reason == "linked-folder":
            lost = any(_holds_object(file, folder) for file in entry.unread)
            yield linked_folder(path, loss if lost else WARNING)
        elif reason == "ending-case":
            yield ending_case(path, loss if _holds_object(path, folder) else WARNING)
        elif reason == "hidden-folder":
            yield hidden_folder(path, entry.file)
        elif reason == "dangling-link":
            yield dangling_link(path, entry.target, entry.error, loss)
        elif reason == "not-a-file":
            yield not_a_file(path, entry.noun)
        elif reason == "outside-link":
            yield outside_link(path, entry.target)
        else:
            yield file_name(path, loss)


def _holds_object(path: str, folder: str) -> bool:
    return holds_object(path, Path(folder, path).read_bytes())
