"""Each command has a request and, where it answers with a message, an answer."""

from __future__ import annotations

from typing import get_args

from xpkg_tool.messages.build import AnalyseRequest
from xpkg_tool.messages.commands import ANSWERS, REQUESTS, Answer, Request, command_of


def test_each_request_has_a_command() -> None:
    assert set(REQUESTS.values()) == set(get_args(Request))
    assert set(ANSWERS) <= set(REQUESTS.values())
    assert set(ANSWERS.values()) == set(get_args(Answer))
    assert command_of(AnalyseRequest((), ())) == "analyse"
