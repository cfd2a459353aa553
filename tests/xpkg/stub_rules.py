"""Rules in place of the backend's, for tests of what awaits them: building without the tool, and
the tool without its libraries (stub_tool.py).

Each has the name of the rule that it stands in for, by which later versions of Pants call it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from pants.engine.fs import (
    EMPTY_DIGEST,
    CreateDigest,
    Digest,
    DigestContents,
    DigestEntries,
    FileContent,
    FileEntry,
    PathGlobs,
)
from pants.engine.process import Process
from pants.engine.rules import Get, rule
from pants.util.frozendict import FrozenDict

import xpkg_tool
from xpkg.building.build import NO_FILES, BuildOutcome, BuildReport, BuildRequest
from xpkg.dependencies.check import RepositoryCheck, RepositoryCheckRequest
from xpkg.installing.manifest import InstallManifest, InstallManifestRequest, InstallReport
from xpkg.tool.process import ToolProcess
from xpkg_tool import messages
from xpkg_tool.messages.build import Built
from xpkg_tool.messages.files import ARCHIVE, DESCRIPTION

STUB = {
    "stub_tool.py": Path(__file__).with_name("stub_tool.py"),
    "xpkg_tool/__init__.py": Path(xpkg_tool.__file__),
    **{
        f"xpkg_tool/messages/{file.name}": file
        for file in Path(messages.__file__).parent.glob("*.py")
    },
}
_RUN = "import sys; sys.path.insert(0, 'tool'); import stub_tool; stub_tool.main(*sys.argv[1:])"


@rule(canonical_name="xpkg.building.build.build_package")
async def build(request: BuildRequest) -> BuildOutcome:
    """A package whose digest is that of its meta object; one that says `broken` does not pass
    lint. It is called what it says after `meta:`, else after its folder."""
    globs = PathGlobs([f"{request.address.spec_path}/crossplane.yaml"])
    (file,) = await Get(DigestContents, PathGlobs, globs)
    digest = digest_of(file.content.decode())
    if b"broken" in file.content:
        return BuildOutcome(request.address, "XP999 it is broken", None, NO_FILES)
    _, has_name, given = file.content.decode().partition("meta: ")
    name = given.strip() if has_name else Path(request.address.spec_path).name
    description = {
        "digest": digest,
        "meta": {"name": name},
        "friendlyId": name,
        "layers": [{"size": 1_200_000}, {"size": 34}],
    }
    files = [
        FileContent(ARCHIVE, file.content),
        FileContent(DESCRIPTION, json.dumps(description).encode()),
    ]
    entries = await Get(DigestEntries, Digest, await Get(Digest, CreateDigest(files)))
    digests = {e.path: e.file_digest for e in entries if isinstance(e, FileEntry)}
    built = Built(digest, 1_200_034, name, name)
    return BuildOutcome(request.address, "", built, FrozenDict(digests))


@rule(canonical_name="xpkg.building.build.report_build")
async def report(request: BuildRequest) -> BuildReport:
    return BuildReport(await Get(BuildOutcome, BuildRequest, request))


@rule(canonical_name="xpkg.dependencies.check.check_repository")
async def check(_: RepositoryCheckRequest) -> RepositoryCheck:
    """Nothing is wrong with the packages together: the stand-in cannot read them."""
    return RepositoryCheck(FrozenDict(), EMPTY_DIGEST)


@rule(canonical_name="xpkg.installing.manifest.report_install")
async def install(request: InstallManifestRequest) -> InstallReport:
    """There is no manifest."""
    return InstallReport(InstallManifest(request.address, "", EMPTY_DIGEST))


@rule(canonical_name="xpkg.tool.process.tool_process")
async def stub_tool(request: ToolProcess) -> Process:
    files = [FileContent(name, path.read_bytes()) for name, path in STUB.items()]
    stub = await Get(Digest, CreateDigest(files))
    return Process(
        argv=(sys.executable, "-I", "-S", "-c", _RUN, *request.args),
        input_digest=request.input_digest,
        immutable_input_digests=FrozenDict({"tool": stub}),
        output_directories=(request.output_directory,),
        description=request.description,
        env=request.env,
        cache_scope=request.cache_scope,
        level=request.level,
    )


STUBS = (build, report, check, install, stub_tool)


def digest_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
