"""Findings about files in a package's folder that are not read, and files from elsewhere that are.
The tool's own walk and Pants' globs encounter the same cases and report the same findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from xpkg_tool.diagnostics import codes
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.lint.analysis import holds_object

_REMEDY_END = "or leave the path out with a pattern."


def linked_folder(path: str, severity: str) -> Finding:
    """There is YAML in a linked folder, which upstream's walk skips."""
    return Finding(
        codes.LINKED_FOLDER,
        "The folder is a symbolic link, and linked folders are not read.",
        f"Put the folder itself here, or links to its files, {_REMEDY_END}",
        path,
        severity=severity,
    )


def dangling_link(path: str, target: str, reason: str, severity: str) -> Finding:
    """A link with the name of a YAML file is dangling; `reason` is the system's error message."""
    return Finding(
        codes.DANGLING_LINK,
        f"The symbolic link points to {target!r}, which cannot be opened: {reason}.",
        f"Restore its target, remove the link, {_REMEDY_END}",
        path,
        severity=severity,
    )


def outside_link(path: str, target: str) -> Finding:
    """A file of the package is a link to one in another folder."""
    return Finding(
        codes.OUTSIDE_LINK,
        f"The symbolic link points out of the package's folder, to {target!r}.",
        f"Put the file itself here, {_REMEDY_END}",
        path,
        severity=WARNING,
    )


def file_name(path: str, severity: str) -> Finding:
    """The name of a YAML file, or of its folder, is not UTF-8."""
    return Finding(
        codes.FILE_NAME,
        "The name of the file or of its folder is not UTF-8, so the file is not read.",
        "Give it a name in UTF-8, preferably in ASCII.",
        path,
        severity=severity,
    )


def not_a_file(path: str, noun: str) -> Finding:
    """Something with the name of a YAML file is `noun`, for example "a FIFO"."""
    return Finding(
        codes.NOT_A_FILE,
        f"This has the name of a YAML file but is {noun}.",
        f"Remove it, {_REMEDY_END}",
        path,
    )


def ending_case(path: str, severity: str) -> Finding:
    """The extension of a YAML file has upper-case letters."""
    return Finding(
        codes.ENDING_CASE,
        "The file's extension is not in lower case, so the file is not read.",
        f"Change the extension to .yaml or .yml, {_REMEDY_END}",
        path,
        severity=severity,
    )


def hidden_folder(path: str, file: str) -> Finding:
    """A hidden folder, which is not read, contains an object, in the YAML file `file`."""
    return Finding(
        codes.HIDDEN_FOLDER,
        f"The folder is hidden, so it is not read, but {file!r} contains an object.",
        f"Give the folder a name that does not begin with a dot, {_REMEDY_END}",
        path,
        severity=WARNING,
    )


def findings_of(entries: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """The findings for what another program left out: `{"reason", "path", "example"}`, and for the
    reason `linked-folder` the YAML `files` in it, for `dangling-link` its `target` and the system's
    `error`, for `outside-link` its `target`, for `hidden-folder` a `file` in it that looks like an
    object, for `not-a-file` a `noun`; `ending-case` and `file-name` have no other fields."""
    for entry in entries:
        reason, path = entry["reason"], entry["path"]
        loss = WARNING if entry["example"] else ERROR
        if reason == "linked-folder":
            lost = any(map(_holds_object, entry["files"]))
            yield linked_folder(path, loss if lost else WARNING)
        elif reason == "ending-case":
            yield ending_case(path, loss if _holds_object(path) else WARNING)
        elif reason == "hidden-folder":
            yield hidden_folder(path, entry["file"])
        elif reason == "dangling-link":
            yield dangling_link(path, entry["target"], entry["error"], loss)
        elif reason == "not-a-file":
            yield not_a_file(path, entry["noun"])
        elif reason == "outside-link":
            yield outside_link(path, entry["target"])
        else:
            yield file_name(path, loss)


def _holds_object(path: str) -> bool:
    return holds_object(path, Path(path).read_bytes())
