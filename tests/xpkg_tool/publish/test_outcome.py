"""What is said of one published package."""

from __future__ import annotations

from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import Transfer
from xpkg_tool.publish.push import PushResult, format_result


def test_lines() -> None:
    pushed = PushResult("r/a:v1", "sha256:0", Action.PUSHED, Transfer(1592, 0, 3, 1, 0, 13))
    assert format_result(pushed) == (
        "pushed: r/a:v1 sha256:0 (3 blobs sent (1592 bytes), 1 there already, 13 requests)"
    )
    same = PushResult("r/a:v1", "sha256:0", Action.UP_TO_DATE, Transfer(requests=1))
    assert format_result(same) == "up to date: r/a:v1 sha256:0 (1 request)"
    assert format_result(PushResult("r", "d", Action.UP_TO_DATE)) == "up to date: r d"
