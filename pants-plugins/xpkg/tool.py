"""The one place that runs the tool.

A process of the tool sees a sandbox with its inputs, the tool's files and nothing else: its
environment is empty, its argv and inputs name no path of the machine but that of the Python
interpreter. So two machines on which the interpreter has the same path share their results.
Pants' own way to run a PEX (VenvPex) would put the caller's PATH and locale into a script that is
an input of each process; hence the small runner.
"""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass
from typing import Any, Iterable, Iterator

from pants.backend.python.target_types import PexLayout
from pants.backend.python.util_rules.interpreter_constraints import InterpreterConstraints
from pants.backend.python.util_rules.pex import Pex, PexRequest
from pants.backend.python.util_rules.pex_requirements import EntireLockfile, Lockfile
from pants.engine.fs import CreateDigest, Digest, FileContent, MergeDigests, RemovePrefix
from pants.engine.process import Process, ProcessResult
from pants.engine.rules import Get, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

# The lock has wheels for these versions.
_INTERPRETERS = "CPython>=3.9,<3.14"

_PEX = "xpkg_tool.pex"
_ASSEMBLE = "xpkg_assemble.py"
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
    """A run of the tool that can be cached: `args` and input files in, `output` out."""

    args: tuple[str, ...]
    input_digest: Digest
    output_directory: str
    description: str


def json_file(path: str, value: object) -> FileContent:
    """A file for the tool to read."""
    return FileContent(path, json.dumps(value, indent=1).encode())


@rule(desc="Set up the tool for Crossplane packages", level=LogLevel.DEBUG)
async def set_up_tool() -> Tool:
    pex = await Get(
        Pex,
        PexRequest(
            output_filename=_PEX,
            internal_only=True,
            layout=PexLayout.LOOSE,
            requirements=EntireLockfile(
                Lockfile(
                    url="resource://xpkg/tool.lock",
                    url_description_of_origin="the lock of the xpkg backend",
                    resolve_name="xpkg-tool",
                )
            ),
            interpreter_constraints=InterpreterConstraints([_INTERPRETERS]),
            description="Installing the tool for Crossplane packages",
        ),
    )
    assert pex.python is not None, "An internal PEX names its interpreter."
    python = pex.python.path
    sources = await Get(Digest, CreateDigest(_tool_files()))
    inputs = await Get(Digest, MergeDigests([pex.digest, sources]))
    assembled = await Get(
        ProcessResult,
        Process(
            argv=(python, "-s", "-S", "-X", "utf8", _ASSEMBLE, _PEX, _TOOL),
            # Bytecode holds sets in the order of their hashes.
            env={"PYTHONHASHSEED": "0"},
            input_digest=inputs,
            output_directories=(_TOOL,),
            description="Assembling the tool for Crossplane packages",
            level=LogLevel.DEBUG,
        ),
    )
    digest = await Get(Digest, RemovePrefix(assembled.output_digest, _TOOL))
    return Tool(digest, python)


def _tool_files() -> Iterator[FileContent]:
    """The tool's modules and the script that assembles it, from the wheel or the source tree."""
    yield FileContent(_ASSEMBLE, importlib.resources.read_binary("xpkg", "assemble.py"))
    yield from _modules(importlib.resources.files("xpkg_tool"), "xpkg_tool")


def _modules(package: Any, path: str) -> Iterator[FileContent]:
    for entry in package.iterdir():
        if entry.is_dir():
            yield from _modules(entry, f"{path}/{entry.name}")
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
        level=LogLevel.INFO,
    )


def rules() -> Iterable[Any]:
    return collect_rules()
