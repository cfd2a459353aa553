"""The entry point of the commands that the backend runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from xpkg_tool.__main__ import main
from xpkg_tool.messages.commands import REQUESTS


def test_an_unknown_command_is_named() -> None:
    with pytest.raises(SystemExit, match="no command 'x'"):
        main(["x", "request.json", "out"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"packages": [{"name": 1}]}', 'packages[0].name: must be a string, got "integer"'),
        ("{", "BuildRequest: is not JSON: "),
        ('{"packages": [], "selection": {"select": "XP1"}}', "selection.select: must be an array"),
    ],
)
def test_a_request_that_does_not_fit_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    request = tmp_path / "request.json"
    request.write_text(text)
    with pytest.raises(SystemExit) as caught:
        main(["build", str(request), str(tmp_path / "out")])
    sentence = str(caught.value)
    assert sentence.startswith(f"error: The request of 'build' cannot be read: {said}")
    assert sentence.endswith(".") and "\n" not in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("command", "form"), REQUESTS.items())
def test_each_command_reads_its_request(tmp_path: Path, command: str, form: type) -> None:
    request = tmp_path / "request.json"
    request.write_text("[]")
    with pytest.raises(SystemExit) as caught:
        main([command, str(request), str(tmp_path / "out")])
    said = f'{form.__name__}: must be an object, got "array"'
    assert str(caught.value) == f"error: The request of {command!r} cannot be read: {said}."


@pytest.mark.parametrize("name", ["gone.json", "."])
def test_a_request_that_cannot_be_opened_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(SystemExit, match="The request of 'build' cannot be read: ") as caught:
        main(["build", str(tmp_path / name), str(tmp_path / "out")])
    assert "\n" not in str(caught.value)
