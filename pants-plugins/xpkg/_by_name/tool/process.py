# Written by `python build-support/by_name.py`; do not edit.
"""The one place that runs the tool.

A process of the tool sees a sandbox with its inputs, the tool's files and nothing else: its
environment is empty, its argv and inputs name no path of the machine but that of the Python
interpreter. So two machines on which the interpreter has the same path share their results.
Pants' own way to run a PEX (VenvPex) would put the caller's PATH and locale into a script that is
an input of each process; hence the small runner.
"""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator

from pants.backend.python.target_types import PexLayout
from pants.backend.python.util_rules.pex import Pex, PexRequest
from pants.backend.python.util_rules.pex_requirements import EntireLockfile, Lockfile
from pants.engine.fs import (
    CreateDigest,
    Digest,
    DigestSubset,
    FileContent,
    MergeDigests,
    PathGlobs,
    RemovePrefix,
)
from pants.engine.process import Process, ProcessCacheScope, ProcessResult
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.backend.python.util_rules.pex import create_pex
from pants.engine.intrinsics import create_digest
from pants.engine.intrinsics import digest_subset_to_digest
from pants.engine.intrinsics import merge_digests
from pants.engine.intrinsics import remove_prefix
from pants.engine.process import fallible_to_exec_result_or_raise
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.tool.interpreter import Interpreter
from xpkg.tool.remote_cache import REMOTE_CACHE_DELAY_MILLIS

_PEX = "xpkg_tool.pex"
# The libraries in the PEX. Not the rest of it, which depends on the pex that wrote it, nor what
# installers leave beside a library: console scripts, and notes of where it came from.
_LIBRARIES = (
    f"{_PEX}/.deps/**",
    f"!{_PEX}/.deps/*/.*",
    f"!{_PEX}/.deps/*/.*/**",
    f"!{_PEX}/.deps/*/bin/**",
    f"!{_PEX}/.deps/*/*.dist-info/INSTALLER",
    f"!{_PEX}/.deps/*/*.dist-info/RECORD",
    f"!{_PEX}/.deps/*/*.dist-info/REQUESTED",
    f"!{_PEX}/.deps/*/*.dist-info/direct_url.json",
)
_ASSEMBLE = "xpkg_assemble.py"
# The tool's command line, which nothing else imports (tests/test_imports.py).
_COMMAND_LINE = "xpkg_tool/cli"
_TOOL = "xpkg-tool"  # Where the tool's files appear in a sandbox.
# What each command line of the tool holds, and no other.
RUNNER = f"{_TOOL}/run.py"


@dataclass(frozen=True)
class Tool:
    """The tool, ready to run: its files and the interpreter's absolute path."""

    digest: Digest
    python: str

    def argv(self, *args: str) -> tuple[str, ...]:
        """The command line, which expects the tool's files as immutable input."""
        # -I and -S: neither the environment, the current directory nor what is installed beside the
        # interpreter can change what runs.
        return (self.python, "-I", "-S", "-X", "utf8", RUNNER, *args)

    @property
    def immutable_input_digests(self) -> FrozenDict[str, Digest]:
        return FrozenDict({_TOOL: self.digest})


@dataclass(frozen=True)
class ToolProcess:
    """A run of the tool: `args` and input files in, `output_directory` out (run.py).
    `append_only_caches` are folders that outlive the process, by their names."""

    args: tuple[str, ...]
    input_digest: Digest
    output_directory: str
    description: str
    cache_scope: ProcessCacheScope
    env: FrozenDict[str, str]
    level: LogLevel
    append_only_caches: FrozenDict[str, str] = field(default_factory=FrozenDict)


@rule(desc="Set up the tool for Crossplane packages", level=LogLevel.DEBUG)
async def set_up_tool(interpreter: Interpreter) -> Tool:
    pex = await create_pex(**implicitly(PexRequest(
            output_filename=_PEX,
            internal_only=True,
            layout=PexLayout.LOOSE,
            requirements=EntireLockfile(
                Lockfile(
                    url="resource://xpkg/tool.lock",
                    url_description_of_origin="the lock of the xpkg backend",
                    # A resolve with a name has interpreter constraints, those of `[python]` if no
                    # others: but the interpreter is known.
                    resolve_name="",
                )
            ),
            python=interpreter.python,
            description="Installing the tool for Crossplane packages",
        )))
    python = interpreter.python.path
    libraries, sources = await concurrently(
        digest_subset_to_digest(**implicitly(DigestSubset(pex.digest, PathGlobs(_LIBRARIES)))),
        create_digest(**implicitly(CreateDigest(_tool_files()))),
    )
    inputs = await merge_digests(**implicitly(MergeDigests([libraries, sources])))
    assembled = await fallible_to_exec_result_or_raise(**implicitly(Process(
            argv=(python, "-s", "-S", "-X", "utf8", _ASSEMBLE, _PEX, _TOOL),
            # Bytecode holds sets in the order of their hashes.
            env={"PYTHONHASHSEED": "0"},
            input_digest=inputs,
            output_directories=(_TOOL,),
            description="Assembling the tool for Crossplane packages",
            level=LogLevel.DEBUG,
            remote_cache_speculation_delay_millis=REMOTE_CACHE_DELAY_MILLIS,
        )))
    digest = await remove_prefix(**implicitly(RemovePrefix(assembled.output_digest, _TOOL)))
    return Tool(digest, python)


def _tool_files() -> Iterator[FileContent]:
    """The tool's modules and the script that assembles it, from the wheel or the source tree."""
    # Not in the package `xpkg.tool`, which is the folder of its twins in later versions of Pants.
    script = importlib.resources.files("xpkg") / "tool" / "assemble.py"
    yield FileContent(_ASSEMBLE, script.read_bytes())
    yield from _modules(importlib.resources.files("xpkg_tool"), "xpkg_tool")


def _modules(package: Any, path: str) -> Iterator[FileContent]:
    for entry in package.iterdir():
        inside = f"{path}/{entry.name}"
        if entry.is_dir():
            if inside != _COMMAND_LINE:
                yield from _modules(entry, inside)
        elif entry.name.endswith(".py"):
            yield FileContent(f"{path}/{entry.name}", entry.read_bytes())


@rule
async def tool_process(request: ToolProcess, tool: Tool) -> Process:
    return Process(
        argv=tool.argv(*request.args),
        input_digest=request.input_digest,
        immutable_input_digests=tool.immutable_input_digests,
        output_directories=(request.output_directory,),
        description=request.description,
        env=request.env,
        append_only_caches=request.append_only_caches,
        cache_scope=request.cache_scope,
        level=request.level,
        remote_cache_speculation_delay_millis=REMOTE_CACHE_DELAY_MILLIS,
    )


def rules() -> Iterable[Any]:
    return collect_rules()
