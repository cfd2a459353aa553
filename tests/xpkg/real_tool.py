"""Runs the real tool for rules under test, with this process's interpreter and libraries: setting
up its own environment would take each test file half a minute."""

from __future__ import annotations

import json
import sys

from pants.engine.process import Process
from pants.engine.rules import rule

from xpkg.tool.process import ToolProcess

_RUN = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "from xpkg_tool.__main__ import main; sys.exit(main(sys.argv[2:]))"
)


@rule(canonical_name="xpkg.tool.process.tool_process")
async def real_tool(request: ToolProcess) -> Process:
    paths = json.dumps([path for path in sys.path if path])
    return Process(
        argv=(sys.executable, "-I", "-S", "-c", _RUN, paths, *request.args),
        input_digest=request.input_digest,
        output_directories=(request.output_directory,),
        description=request.description,
        env=request.env,
        append_only_caches=request.append_only_caches,
        cache_scope=request.cache_scope,
        level=request.level,
    )
