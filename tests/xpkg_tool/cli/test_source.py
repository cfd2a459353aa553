"""`xpkg verify`, `inspect` and `extract`: a package wherever it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import EXAMPLE, META
from xpkg_tool.cli.main import main


def test_verify_inspect_and_extract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    assert main(["push", "oci-layout:registry:team/a:v1"]) == 0
    digest = json.loads(Path("a.xpkg.json").read_bytes())["digest"]
    for source in ("a.xpkg", "registry", "oci-layout:registry:team/a:v1"):
        capsys.readouterr()
        assert main(["verify", source]) == 0
        assert capsys.readouterr().out == "No findings.\n"
        assert main(["inspect", source]) == 0
        assert digest in capsys.readouterr().out
        assert main(["inspect", source, "--format", "json"]) == 0
        inspected = json.loads(capsys.readouterr().out)
        assert (inspected["digest"], inspected["meta"]["name"]) == (digest, "provider-a")
        assert main(["extract", source, "--output", "out/new"]) == 0
        out = capsys.readouterr().out
        assert out == f"Wrote out/new/package.yaml\nWrote out/new/examples.yaml\n  {digest}\n"
        assert Path("out/new/package.yaml").read_text() == f"---\n{META}---\n"
        assert Path("out/new/examples.yaml").read_text() == f"---\n{EXAMPLE}---\n"
    assert main(["extract", "a.xpkg"]) == 0
    assert capsys.readouterr().out.startswith("Wrote package.yaml\nWrote examples.yaml\n")
    assert Path("package.yaml").read_bytes() == Path("out/new/package.yaml").read_bytes()


def test_verify_finds_damage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    data = bytearray(Path("a.xpkg").read_bytes())
    place = data.index(bytes.fromhex("1f8b08000000000000ff")) + 40
    data[place] ^= 1
    Path("a.xpkg").write_bytes(data)
    capsys.readouterr()
    assert main(["verify", "a.xpkg"]) == 1
    assert "error XP903" in capsys.readouterr().out
    assert main(["verify", "a.xpkg", "--format", "sarif"]) == 1
    json.loads(capsys.readouterr().out)
    assert main(["extract", "a.xpkg"]) == 2
    assert "XP903" in capsys.readouterr().err
    assert not Path("package.yaml").exists()


@pytest.mark.parametrize("command", ["verify", "inspect", "extract"])
@pytest.mark.parametrize("source", ["gone.xpkg", "oci-layout:gone:a:v1"])
def test_a_source_that_is_not_there(
    command: str, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, source]) == 2
    out, err = capsys.readouterr()
    assert "error XP914" in out + err and source in out + err
