"""Real packages, laid into a repository without BUILD files, adopted by tailor, linted and built.

The corpus is not part of the project: it is looked for beside it.
"""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from collections import Counter
from pathlib import Path
from typing import Iterator

import pytest

from tests.integration.repository import PROJECT, Repository
from xpkg_tool.documents.block_style import read_block_style
from xpkg_tool.documents.exact import load_exactly
from xpkg_tool.documents.quick import quick_load
from xpkg_tool.documents.stream import split
from xpkg_tool.documents.uncertain import UNCERTAIN

CORPUS = PROJECT.parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the corpus of real packages is not at {CORPUS}"
)

UPJET_META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-upjet-aws
spec:
  crossplane:
    version: ">=v1.12.1-0"
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    repository = Repository.create(tmp_path_factory.mktemp("corpus") / "repository")
    for folder in sorted(CORPUS.iterdir()):
        if folder.is_dir():
            shutil.copytree(folder, repository.root / folder.name)
    with tarfile.open(CORPUS / "provider-upjet-aws.tar.xz") as archive:
        for member in archive:
            # Members are read one by one, so that nothing is written outside whatever is in there.
            if member.isfile() and not member.name.startswith(("/", "..")):
                content = archive.extractfile(member)
                assert content is not None
                repository.write(member.name, content.read())
    repository.write("provider-upjet-aws/package/crossplane.yaml", UPJET_META)
    yield repository
    repository.close()


def test_every_real_package_builds_after_tailor(corpus: Repository) -> None:
    corpus.pants("tailor", "::")
    assert "xpkg_package" not in corpus.pants("tailor", "--check", "::").output
    targets = corpus.pants("list", "--filter-target-type=xpkg_package", "::").stdout.split()
    assert targets == [
        "configuration-aws-eks:configuration-aws-eks",
        "configuration-aws-network:configuration-aws-network",
        "configuration-quickstart:configuration-quickstart",
        "function-auto-ready:function-auto-ready",
        "function-go-templating:function-go-templating",
        "function-patch-and-transform:function-patch-and-transform",
        "platform-ref-aws:platform-ref-aws",
        "platform-ref-aws/package:package",
        "provider-aws:provider-aws",
        "provider-helm:provider-helm",
        "provider-kubernetes:provider-kubernetes",
        "provider-nop:provider-nop",
        "provider-upjet-aws/package:package",
    ]
    run = corpus.pants("package", "::")
    assert " error XP" not in run.output
    assert (
        "provider-kubernetes/examples/cluster/in-composition/composition.yaml:179:7: warning XP005:"
        " The key `patches` appears twice in this mapping, first in line 173"
    ) in run.output
    assert len([*(corpus.root / "dist").rglob("*.xpkg")]) == len(targets)


def test_every_finding_is_one_of_those_that_are_explained(corpus: Repository) -> None:
    """docs/real-packages.md has the list."""
    output = corpus.pants("lint", "::").output
    found = re.findall(r"^(\S+?):\d+:\d+: (error|warning) (XP\d+)", output, re.MULTILINE)
    assert len(found) == 8
    assert {(path.split("/")[0], severity, code) for path, severity, code in found} == {
        ("platform-ref-aws", "warning", "XP704"),
        ("provider-kubernetes", "warning", "XP005"),
    }


def test_nothing_of_the_provider_is_lost(corpus: Repository) -> None:
    corpus.pants("package", "provider-upjet-aws::", "provider-aws::")
    for name, folder in (
        ("provider-upjet-aws.package/package", "provider-upjet-aws"),
        ("provider-aws/provider-aws", "provider-aws"),
    ):
        described = json.loads((corpus.root / "dist" / f"{name}.xpkg.json").read_text())
        files = sorted((corpus.root / folder / "package" / "crds").glob("*.yaml"))
        in_package = {Path(o["file"]).name for o in described["objects"]}
        assert in_package == {path.name for path in files}


def test_what_rightly_fails_is_mended_by_leaving_it_out(corpus: Repository) -> None:
    """The tailored BUILD file leaves auth.yaml out; with it, lint names the file and the line."""
    build_file = corpus.root / "provider-upjet-aws/package/BUILD"
    tailored = build_file.read_text()
    assert '"!auth.yaml",' in tailored
    build_file.write_text("xpkg_package()\n")
    try:
        run = corpus.pants("lint", "provider-upjet-aws::", expect=1)
        assert "provider-upjet-aws/package/auth.yaml:5:1: error XP201" in run.output
        assert "Leave the file out of `sources`" in run.output
    finally:
        build_file.write_text(tailored)
    corpus.pants("lint", "provider-upjet-aws::")


def test_the_fast_readers_read_real_files_as_the_exact_one() -> None:
    readers = (read_block_style, quick_load)
    counted: Counter[tuple[object, bool]] = Counter()
    for path, data in _all_yaml():
        for document in split(path, data)[0]:
            values = [read(document.text) for read in readers]
            counted.update((read, value is not UNCERTAIN) for read, value in zip(readers, values))
            # As texts, to tell 1 from 1.0 and true, and to see the order of keys.
            certain = {repr(value) for value in values if value is not UNCERTAIN}
            if certain:
                assert certain == {repr(load_exactly(document))}, path
    # They would not be worth having if it were not for nearly all.
    for read in readers:
        assert counted[read, True] > 9 * counted[read, False]


def _all_yaml() -> Iterator[tuple[str, bytes]]:
    for path in sorted(CORPUS.rglob("*.yaml")):
        yield str(path), path.read_bytes()
    with tarfile.open(CORPUS / "provider-upjet-aws.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name.endswith(".yaml") else None
            if content is not None:
                yield member.name, content.read()
