# Written by `python build-support/by_name.py`; do not edit.
"""The one rule that runs the tool: a message goes in, and a message comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterable, TypeVar

from pants.engine.fs import (
    CreateDigest,
    Digest,
    DigestContents,
    DigestSubset,
    FileContent,
    MergeDigests,
    PathGlobs,
    RemovePrefix,
)
from pants.engine.process import FallibleProcessResult, Process, ProcessCacheScope, ProcessResult
from pants.engine.rules import collect_rules, implicitly, rule
from pants.engine.intrinsics import create_digest
from pants.engine.intrinsics import execute_process
from pants.engine.intrinsics import get_digest_contents
from pants.engine.intrinsics import merge_digests
from pants.engine.intrinsics import remove_prefix
from pants.engine.process import fallible_to_exec_result_or_raise
from xpkg.tool.process import tool_process
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.tool.process import ToolProcess
from xpkg_tool.messages.codec import MessageError, decode, encode
from xpkg_tool.messages.commands import ANSWERS, Answer, Request, command_of
from xpkg_tool.messages.files import ANSWER

_REQUEST = "xpkg-request.json"
_OUTPUT = "xpkg-output"
_LAST_LINE = re.compile(rb"^([A-Za-z_][\w.]*)(?::.*)?\s*$")

T = TypeVar("T")


@dataclass(frozen=True)
class ToolRequest:
    """Asks for the `ToolAnswer` to `message`, which is about the files in `inputs`.

    The answer is cached; with another `cache_scope` it may depend on `env` and on the world outside
    the sandbox. With `may_fail`, a failure is part of the answer; without, it is raised as
    ProcessExecutionFailure.
    """

    message: Request
    description: str
    inputs: tuple[Digest, ...] = ()
    cache_scope: ProcessCacheScope = ProcessCacheScope.SUCCESSFUL
    env: FrozenDict[str, str] = field(default_factory=FrozenDict)
    level: LogLevel = LogLevel.INFO
    may_fail: bool = False
    append_only_caches: FrozenDict[str, str] = field(default_factory=FrozenDict)


@dataclass(frozen=True)
class ToolAnswer:
    """What the tool answered: a message, where the request has one (messages/commands.py), and
    files. `failure` says why there is neither."""

    message: Answer | None
    files: Digest
    failure: str = ""

    def read(self, form: type[T]) -> T:
        """The message, which is of the type `form`."""
        assert isinstance(self.message, form)
        return self.message


@rule
async def ask_the_tool(request: ToolRequest) -> ToolAnswer:
    """Raises MessageError for an answer that does not fit."""
    message = FileContent(_REQUEST, encode(request.message))
    message_digest = await create_digest(**implicitly(CreateDigest([message])))
    process = await tool_process(**implicitly(ToolProcess(
            args=(command_of(request.message), _REQUEST, _OUTPUT),
            input_digest=await merge_digests(**implicitly(MergeDigests([message_digest, *request.inputs]))),
            output_directory=_OUTPUT,
            description=request.description,
            cache_scope=request.cache_scope,
            env=request.env,
            level=request.level,
            append_only_caches=request.append_only_caches,
        )))
    if request.may_fail:
        fallible = await execute_process(**implicitly({process: Process}))
        if fallible.exit_code:
            return ToolAnswer(None, fallible.output_digest, _failure(fallible))
        output = fallible.output_digest
    else:
        result = await fallible_to_exec_result_or_raise(**implicitly({process: Process}))
        output = result.output_digest
    files = await remove_prefix(**implicitly(RemovePrefix(output, _OUTPUT)))
    form = ANSWERS.get(type(request.message))
    if form is None:
        return ToolAnswer(None, files)
    contents = await get_digest_contents(**implicitly(DigestSubset(files, PathGlobs([ANSWER]))))
    try:
        return ToolAnswer(decode(form, contents[0].content if contents else b""), files)
    except MessageError as error:
        if request.may_fail:
            return ToolAnswer(None, files, f"its answer cannot be read: {error}")
        raise


def _failure(result: FallibleProcessResult) -> str:
    """Of an unexpected error only the type is shown: its message may hold a secret."""
    lines = result.stderr.rstrip().splitlines()
    kind = _LAST_LINE.match(lines[-1]) if lines else None
    detail = f" ({kind.group(1).decode()})" if kind else ""
    return f"the process exited with code {result.exit_code}{detail}"


def rules() -> Iterable[Any]:
    return collect_rules()
