"""Runs the real tool for rules under test, with this process's interpreter and libraries: setting
up its own environment would take each test file half a minute."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from pathlib import Path

from pants.engine.process import Process
from pants.engine.rules import rule

import xpkg_tool
from xpkg.tool.process import ToolProcess

_RUN = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "from xpkg_tool.__main__ import main; sys.exit(main(sys.argv[2:]))"
)


@functools.cache
def _sources() -> str:
    """Changes with the tool: what an earlier one has answered is in the store."""
    root = Path(xpkg_tool.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@rule(canonical_name="xpkg.tool.process.tool_process")
async def real_tool(request: ToolProcess) -> Process:
    paths = json.dumps([path for path in sys.path if path])
    return Process(
        argv=(sys.executable, "-I", "-S", "-c", f"{_RUN}  # {_sources()}", paths, *request.args),
        input_digest=request.input_digest,
        output_directories=(request.output_directory,),
        description=request.description,
        env=request.env,
        append_only_caches=request.append_only_caches,
        cache_scope=request.cache_scope,
        level=request.level,
    )
