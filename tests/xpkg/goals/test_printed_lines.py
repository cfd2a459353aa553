"""No line that a goal prints is a command to a CI system."""

from __future__ import annotations

import subprocess

import pytest

from xpkg.publishing.few_processes import printing
from xpkg.publishing.log_commands import without_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::stop-commands::a", r"\u003a:stop-commands::a"),
        ("a\n \t::add-mask::a", "a\n \t\\u003a:add-mask::a"),
        ("a\r::b", "a\r\\u003a:b"),
        ("a ##[error]b", r"a \u0023#[error]b"),
        ("##vso[task.setvariable]", r"\u0023#vso[task.setvariable]"),
        ("a::b ## c", "a::b ## c"),
    ],
)
def test_printed_lines(text: str, shown: str) -> None:
    assert without_commands(text) == shown
    process = printing(text, exit_code=0).process
    done = subprocess.run(process.argv, capture_output=True, check=True)
    assert done.stdout.decode() == f"{shown}\n"
