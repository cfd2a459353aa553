"""A secret in every place where one can stand appears in no output, log, exception or
report. All secrets of these tests hold the word "canary"; `pusher` looks at logs and outputs."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import (
    CANARY,
    IDENTITY_TOKEN,
    PASSWORD,
    USER,
    FakeRegistry,
    Fault,
    running,
)
from tests.xpkg_tool.registry.faults.kinds import REQUESTS
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.messages.codec import decode, encode
from xpkg_tool.messages.files import ANSWER
from xpkg_tool.messages.plan import Action, PackageToPlan, PlannedReference, PlanRequest
from xpkg_tool.messages.publish import PackageToPublish, PublishAnswer, PublishRequest
from xpkg_tool.publish.outcome import PushResult, format_result, published

EVIL = f"canary: {CANARY} http://u:canary@h/?X-Amz-Signature=canary"


def check(pusher: Pusher, registry: FakeRegistry) -> PushResult | PublishError:
    """What came of a push, in all its forms, holds no secret."""
    (outcome,) = pusher.push(f"{registry.address}/a/b:v1")
    shown = repr(outcome) + encode(published("r", HYBRID_DIGEST, outcome)).decode()
    if isinstance(outcome, PublishError):
        shown += str(outcome) + repr(outcome.finding)
        shown += "".join(traceback.format_exception(None, outcome, outcome.__traceback__))
        seen: BaseException | None = outcome
        while seen is not None:
            shown += repr(seen) + repr(seen.args)
            seen = seen.__cause__ or seen.__context__
    else:
        shown += format_result(outcome)
    assert CANARY not in shown
    return outcome


@pytest.mark.parametrize("request_", REQUESTS, ids=" ".join)
@pytest.mark.parametrize("auth", ["basic", "token"])
def test_answers_that_echo(pusher: Pusher, auth: str, request_: tuple[str, str]) -> None:
    """Bodies, headers and reason phrases, of answers that are errors and that are none."""
    echo = {
        "WWW-Authenticate": EVIL,
        "Docker-Content-Digest": EVIL,
        "Retry-After": EVIL,
        "Content-Type": EVIL,
        "Docker-Distribution-Api-Version": EVIL,
        "Warning": EVIL,
        "Link": EVIL,
        "X-Request-Id": EVIL,
    }
    body = json.dumps({"errors": [{"code": "canary", "message": EVIL, "detail": EVIL}]}).encode()
    for status in (400, 401, 403, 404, 429, 500):
        fault = Fault(*request_, nth=0, status=status, headers=echo, body=body)
        with running(auth, fault) as registry:
            pusher.login(registry.address, USER, PASSWORD)
            check(pusher, registry)
    for raw in (
        f"HTTP/1.1 500 {EVIL}\r\nContent-Length: 0\r\n\r\n",
        f"HTTP/1.1 {EVIL}\r\n\r\n",
        f"HTTP/9.9 200 {EVIL}\r\n\r\n",
        f"{EVIL}\r\n\r\n",
        # A header line that is none: urllib3 warns, and names the whole address.
        "HTTP/1.1 400 No\r\ncanary\r\nX: y\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 201 Ok\r\n canary\r\n: canary\r\nContent-Length: canary\r\n\r\n",
        "HTTP/1.1 200 Ok\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n",
        "HTTP/1.1 200 Ok\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\ncanary",
        "HTTP/1.1 200 Ok\r\nContent-Length: 999\r\n\r\ncanary",
    ):
        with running(auth, Fault(*request_, nth=0, raw=raw.encode())) as registry:
            pusher.login(registry.address, USER, PASSWORD)
            check(pusher, registry)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
def test_token_services(pusher: Pusher, status: int) -> None:
    """Their address with user and query, the token and what they say."""
    for body in (b'{"token": "canary\\n"}', b'{"details": "canary"}', b"canary"):
        fault = Fault("", "/token", nth=0, status=status, body=body)
        with running("token", fault) as registry:
            base = f"canary:canary@{registry.address}"
            registry.realm = f"http://{base}/token?account=canary&sig=canary#canary"
            for entry in ({}, {"identitytoken": IDENTITY_TOKEN}):
                pusher.login(registry.address, USER, PASSWORD, **entry)
                assert isinstance(check(pusher, registry), PublishError)


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"auth": "", "username": "canary-user"},
        {"identitytoken": "canary-wrong"},
        {"auth": "", "registrytoken": "canary-wrong"},
        {"auth": "Y2FuYXJ5"},
        {"auth": base64.b64encode(b"u:canary\xff").decode()},
        {"auth": ["canary"]},
        {"identitytoken": {"canary": "canary"}},
    ],
    ids=range(8),
)
@pytest.mark.parametrize("auth", ["basic", "token"])
def test_credentials_that_are_wrong(pusher: Pusher, auth: str, entry: dict[str, Any]) -> None:
    with running(auth) as registry:
        pusher.login(registry.address, "canary-user", "canary-wrong", **entry)
        outcome = check(pusher, registry)
        assert isinstance(outcome, PublishError)
        # It says where the credential lies.
        assert pusher.config in str(outcome)


def test_signed_addresses(pusher: Pusher) -> None:
    """Of uploads and redirects, wherever they lead and whatever becomes of them."""
    query = "?X-Amz-Signature=canary&X-Amz-Credential=canary&sig=canary&_state=canary&n=1#canary"
    for kind in ("redirect", "upload"):
        for status in (0, 400, 403, 500, 307):
            with running() as other, running() as registry:
                if status:
                    headers = {"Location": f"/again{query}"}
                    other.faults.append(Fault("", "", nth=0, status=status, headers=headers))
                place = f"http://canary:canary@{other.address}"
                if kind == "upload":
                    registry.location = place + "{path}{id}" + query
                else:
                    headers = {"Location": f"{place}/x{query}"}
                    for method in ("HEAD", "PUT"):
                        registry.faults.append(
                            Fault(method, "", nth=0, status=307, headers=headers)
                        )
                assert isinstance(check(pusher, registry), PublishError)


def test_references_with_a_password(pusher: Pusher) -> None:
    for text in (
        "user:canary@registry.test/a/b:v1",
        "https://user:canary@registry.test/a/b:v1",
        "canary@registry.test/a/b:v1",
    ):
        (outcome,) = pusher.push(text)
        assert CANARY not in str(outcome) + repr(outcome)
        assert "docker login" in str(outcome)


_PROGRAM = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
for name in ("urllib3", "urllib3.connectionpool", "urllib3.connection", "requests", "oras"):
    logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger(name).addHandler(logging.StreamHandler())
if sys.argv[1] == "push":
    from xpkg_tool.cli.main import main
else:
    from xpkg_tool.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(pusher: Pusher, *arguments: str) -> str:
    """Output and log, at debug level, of the program with these arguments."""
    proxies = dict.fromkeys(("https_proxy", "all_proxy"), "http://canary:canary@127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _PROGRAM, *arguments],
        env={**pusher.env, **proxies, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("failing", [False, True])
def test_plan_publish_and_push_as_programs(pusher: Pusher, tmp_path: Path, failing: bool) -> None:
    with running("token") as registry:
        if failing:
            raw = b"HTTP/1.1 400 canary\r\ncanary\r\nContent-Length: 6\r\n\r\ncanary"
            registry.faults.append(Fault("PUT", "uploads", nth=0, raw=raw))
        helper = tmp_path / "docker-credential-odd"
        answer = json.dumps({"Username": USER, "Secret": PASSWORD})
        helper.write_text(f"#!/bin/sh\necho canary >&2\necho '{answer}'\n")
        helper.chmod(0o755)
        (tmp_path / "config.json").write_text('{"credsStore": "odd", "canary": "canary"}')
        pusher.env["PATH"] = f"{tmp_path}:/usr/bin:/bin"
        reference = f"{registry.address}/a/b:v1"
        package = PackageToPlan("//a:b", HYBRID_DIGEST, (reference,))
        plan = PlanRequest(str(tmp_path), 2, {}, (package,), by_digest=True)
        (tmp_path / "plan").write_bytes(encode(plan))
        planned = PlannedReference(reference, HYBRID_DIGEST, None, Action.PUSH, "")
        package_to_publish = PackageToPublish("//a:b", HYBRID_DIGEST, str(HYBRID), (planned,))
        events = tmp_path / "events"
        events.touch()
        publish = PublishRequest(str(tmp_path), 2, {}, (package_to_publish,), str(events))
        (tmp_path / "publish").write_bytes(encode(publish))
        shown = run(pusher, "plan", str(tmp_path / "plan"), str(tmp_path / "planned"))
        shown += run(pusher, "publish", str(tmp_path / "publish"), str(tmp_path / "out"))
        shown += run(pusher, "push", reference.replace("b:v1", "c:v1"), str(HYBRID))
        answers = [(tmp_path / folder / ANSWER).read_bytes() for folder in ("planned", "out")]
        (published,) = decode(PublishAnswer, answers[1]).packages
        (entry,) = published.references
        answers.append(events.read_bytes())
        assert entry.action == (Action.FAILED if failing else Action.PUSHED)
        assert registry.issued >= 3
        shown += b"".join(answers).decode()
        assert "canary" not in shown
