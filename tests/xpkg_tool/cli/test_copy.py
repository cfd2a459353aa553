"""`xpkg copy`: which registry each option is about."""

from __future__ import annotations

import pytest

from xpkg_tool.cli import copy as commands_copy
from xpkg_tool.cli.main import main
from xpkg_tool.diagnostics.errors import REFERENCE, PublishError, publish_error
from xpkg_tool.publish.settings import RegistrySettings

Settings = dict[str, RegistrySettings]


@pytest.mark.parametrize(
    ("options", "source", "destination"),
    [
        (["--ca-file", "a.pem"], ("", False), ("a.pem", False)),
        (["--insecure", "--source-ca-file", "b.pem"], ("b.pem", False), ("", True)),
        (["--source-insecure"], ("", True), ("", False)),
    ],
)
@pytest.mark.parametrize("same", [False, True])
def test_what_is_said_of_which_registry(
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    source: tuple[str, bool],
    destination: tuple[str, bool],
    same: bool,
) -> None:
    said: dict[str, RegistrySettings] = {}

    def copied(
        *_: str, source_settings: Settings, settings: Settings, **_more: object
    ) -> PublishError:
        said.update(source=source_settings["one.test"], destination=settings[target])
        return publish_error(REFERENCE, "x", "x")

    target = "one.test" if same else "two.test"
    monkeypatch.setattr(commands_copy, "copy", copied)
    assert main(["copy", "one.test/a:v1", f"{target}/b:v1", *options]) == 2
    if same:
        source = (source[0] or destination[0], source[1] or destination[1])
    assert (said["source"].ca_file, said["source"].insecure) == source
    assert (said["destination"].ca_file, said["destination"].insecure) == destination
