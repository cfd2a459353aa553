"""What the tests know of Crossplane, against the originals: these are no part of the project, and
are looked for beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.repository import PROJECT
from tests.xpkg_tool.lint.derived_crds import claim_crd, composite_crd
from xpkg_tool.package.crossplane_versions import RELEASES

SHARED = PROJECT.parent / "shared"
DEFINITIONS = SHARED / "crossplane-crds" / "crossplane-crds.tar.xz"
CORPUS = SHARED / "corpus"
VECTORS = PROJECT / "tests" / "vectors"


@pytest.mark.skipif(
    not DEFINITIONS.is_file(), reason=f"Crossplane's own CRDs are not at {DEFINITIONS}"
)
def test_the_table_is_what_crossplanes_definitions_say(tmp_path: Path) -> None:
    script = PROJECT / "build-support" / "crossplane_api.py"
    made = subprocess.run(
        [sys.executable, str(script), str(DEFINITIONS)], check=True, capture_output=True
    )
    assert made.stdout == (VECTORS / "crossplane-api.jsonl").read_bytes()


def test_a_folder_without_releases_is_no_copy(tmp_path: Path) -> None:
    script = PROJECT / "build-support" / "crossplane_api.py"
    run = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], check=False, capture_output=True
    )
    assert run.returncode == 1 and b"no folder named after a release" in run.stderr
    assert b"Traceback" not in run.stderr


def _bare(value: Any) -> Any:
    """The value without empty parts, and with `required` in an order of its own."""
    if isinstance(value, dict):
        parts = {key: _bare(part) for key, part in value.items()}
        if isinstance(parts.get("required"), list):
            parts["required"] = sorted(parts["required"])
        return {key: part for key, part in parts.items() if part not in ({}, [], "", None, False)}
    return [_bare(part) for part in value] if isinstance(value, list) else value


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus of real packages is not at {CORPUS}")
@pytest.mark.parametrize(
    "vector",
    [json.loads(line) for line in (VECTORS / "xrd-crds.jsonl").read_text().splitlines()],
    ids=lambda vector: str(vector["xrd"]),
)
def test_the_definitions_of_real_xrds_are_those_of_the_cli(vector: dict[str, Any]) -> None:
    """`crossplane xrd convert` makes them as the newest release does."""
    xrd = yaml.safe_load((CORPUS / vector["xrd"]).read_text(encoding="utf-8"))
    made = [composite_crd(xrd, RELEASES[-1]), claim_crd(xrd, RELEASES[-1])]
    assert _bare([crd for crd in made if crd is not None]) == _bare(vector["crds"])
