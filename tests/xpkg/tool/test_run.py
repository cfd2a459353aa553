"""A message to the tool, and what comes back."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pants.engine.fs import CreateDigest, Digest, DigestContents, FileContent
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.process import Process
from pants.engine.rules import rule
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.replaced_rules import replaced
from xpkg.tool import run
from xpkg.tool.process import ToolProcess
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.build import AnalyseRequest
from xpkg_tool.messages.tailor import TailorAnswer, TailorRequest

_STAND_IN = """
import os, sys
command, request, output = sys.argv[1:]
os.mkdir(output)
exec(open("program").read())
"""


@rule(canonical_name="xpkg.tool.process.tool_process")
async def stand_in(request: ToolProcess) -> Process:
    return Process(
        argv=(sys.executable, "-I", "-S", "-c", _STAND_IN, *request.args),
        input_digest=request.input_digest,
        output_directories=(request.output_directory,),
        description=request.description,
    )


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return RuleRunner(
        rules=[
            *replaced(run.rules(), stand_in),
            QueryRule(ToolAnswer, [ToolRequest]),
            QueryRule(Digest, [CreateDigest]),
            QueryRule(DigestContents, [Digest]),
        ]
    )


REQUEST = TailorRequest(("a.yaml",), ())


def ask(runner: RuleRunner, program: str, message: Any = REQUEST, **more: Any) -> ToolAnswer:
    files = CreateDigest([FileContent("program", program.encode())])
    inputs = (runner.request(Digest, [files]),)
    request = ToolRequest(message, "Asking", inputs, **more)
    answer: ToolAnswer = runner.request(ToolAnswer, [request])
    return answer


def files_of(runner: RuleRunner, answer: ToolAnswer) -> dict[str, bytes]:
    contents = runner.request(DigestContents, [answer.files])
    return {file.path: file.content for file in contents}


def answering(text: str) -> str:
    return f"open(output + '/answer.json', 'w').write({text!r})"


def test_a_message_comes_back(runner: RuleRunner) -> None:
    answer = ask(runner, answering('{"targets": [], "projects": ["p"]}'))
    assert answer.read(TailorAnswer) == TailorAnswer((), ("p",))
    assert answer.failure == ""


def test_a_request_without_an_answer_has_files(runner: RuleRunner) -> None:
    program = "open(output + '/said', 'w').write(command + ' ' + open(request).read())"
    answer = ask(runner, program, AnalyseRequest(("a.yaml",), ()))
    assert answer.message is None
    said = b'analyse {"sources":["a.yaml"],"examples":[]}'
    assert files_of(runner, answer) == {"said": said}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"targets": []}', "projects: is required"),
        ('{"targets": [], "projects": [1]}', 'projects[0]: must be a string, got "integer"'),
        ("", "TailorAnswer: is not JSON: "),
    ],
)
def test_an_answer_that_does_not_fit_is_one_sentence(
    runner: RuleRunner, text: str, sentence: str
) -> None:
    with pytest.raises(ExecutionError) as caught:
        ask(runner, answering(text))
    assert f"MessageError: {sentence}" in str(caught.value)
    answer = ask(runner, answering(text), may_fail=True)
    assert answer.failure.startswith(f"its answer cannot be read: {sentence}")


def test_a_process_that_writes_no_answer_is_named(runner: RuleRunner) -> None:
    assert "is not JSON" in ask(runner, "", may_fail=True).failure


@pytest.mark.parametrize(
    ("program", "failure"),
    [
        ("raise LookupError('canary')", "the process exited with code 1 (LookupError)"),
        ("sys.exit(3)", "the process exited with code 3"),
        ("sys.exit('error: canary is odd')", "the process exited with code 1 (error)"),
    ],
)
def test_a_process_that_fails(runner: RuleRunner, program: str, failure: str) -> None:
    """It is raised, or said without a text that may hold a secret."""
    with pytest.raises(ExecutionError, match="ProcessExecutionFailure"):
        ask(runner, program)
    assert ask(runner, program, may_fail=True).failure == failure
