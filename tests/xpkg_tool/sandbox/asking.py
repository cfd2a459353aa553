"""Asks the tool as the backend does: request and answer are files of the current folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Sequence, TypeVar

from xpkg_tool.__main__ import main
from xpkg_tool.messages.build import BuildAnswer, BuildRequest, PackageToBuild
from xpkg_tool.messages.codec import decode, encode
from xpkg_tool.messages.commands import Request, command_of
from xpkg_tool.messages.files import ANSWER, FINDINGS
from xpkg_tool.messages.report import FailOn

T = TypeVar("T", bound="tuple[Any, ...]")


def tell(message: Request, output: str = "out") -> None:
    """Of a request that has files for an answer."""
    Path("request.json").write_bytes(encode(message))
    assert main([command_of(message), "request.json", output]) == 0


def ask(message: Request, form: type[T], output: str = "out") -> T:
    tell(message, output)
    return decode(form, Path(output, ANSWER).read_bytes())


def build(*packages: PackageToBuild, fail_on: FailOn = FailOn.ERROR) -> BuildAnswer:
    """Each result is in a folder `out/<number>`."""
    return ask(BuildRequest(packages, fail_on=fail_on), BuildAnswer, "out")


def findings(number: int, output: str = "out") -> list[dict[str, Any]]:
    """Those of the package with the number."""
    found: list[dict[str, Any]] = json.loads(Path(output, str(number), FINDINGS).read_bytes())
    return found


def package(name: str, sources: Sequence[str], **fields: Any) -> PackageToBuild:
    return PackageToBuild(
        **{
            "name": name,
            "root": "",
            "sources": tuple(sources),
            "examples": (),
            "examples_expected": False,
            "package_type": None,
            **fields,
        }
    )
