"""Publishing to the fake registry with a clock that does not wait."""

from __future__ import annotations

import base64
import json
import socket
import traceback
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.xpkg_tool.archives import HYBRID
from tests.xpkg_tool.registry.fake_registry import CANARY, FakeRegistry
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import scheme_of
from xpkg_tool.publish.push import Outcome, PushResult, push
from xpkg_tool.publish.settings import RegistrySettings
from xpkg_tool.registry.connection import Connection, connect
from xpkg_tool.registry.http.client import Wire
from xpkg_tool.registry.http.retry import Clock, RetryPolicy
from xpkg_tool.registry.http.url_policy import origin_of


class Pusher:
    """Publishes as a user whose docker config has (or has not) a credential for a registry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"DOCKER_CONFIG": str(folder), "HOME": str(folder), "PATH": "/nowhere"}
        self.slept: list[float] = []
        self.connect_timeout = 2.0
        self.read_timeout = 5.0
        # Registries that are spoken to in plain http.
        self.insecure: set[str] = set()
        self.policy = RetryPolicy()
        # One at a time, so that a test knows the order of requests.
        self.connections = 1
        self.mutable_tags: tuple[str, ...] = ()
        self.config = str(folder / "config.json")

    def login(self, registry: str, user: str, password: str, **entry: Any) -> None:
        auth = base64.b64encode(f"{user}:{password}".encode()).decode()
        auths = {registry: {"auth": auth, **entry}}
        (self.folder / "config.json").write_text(json.dumps({"auths": auths}))

    def connect(self, registry: str) -> Connection:
        clock = Clock(
            monotonic=lambda: sum(self.slept),
            sleep=self.slept.append,
            now=lambda: datetime(2020, 1, 1, tzinfo=timezone.utc),
            jitter=lambda: 0.0,
        )
        return connect(
            registry,
            self.env,
            insecure=registry in self.insecure,
            policy=self.policy,
            clock=clock,
            wire=self.wire(registry),
        )

    def wire(self, registry: str) -> Wire:
        scheme = scheme_of(registry, insecure=registry in self.insecure)
        return Wire(
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            home=origin_of(f"{scheme}://{registry}"),
        )

    def push(self, *references: str, archive: Path | Sequence[str] = HYBRID) -> tuple[Outcome, ...]:
        return push(
            str(archive) if isinstance(archive, Path) else archive,
            references,
            env=self.env,
            settings={
                r: RegistrySettings(mutable_tags=self.mutable_tags) for r in _names(references)
            },
            connections=self.connections,
            connect=self.connect,
        )


def _names(references: Sequence[str]) -> set[str]:
    return {reference.partition("/")[0] for reference in references}


def result(pusher: Pusher, registry: FakeRegistry, archive: Path = HYBRID) -> PushResult:
    (outcome,) = pusher.push(f"{registry.address}/a/b:v1", archive=archive)
    assert isinstance(outcome, PushResult), str(outcome)
    return outcome


def error(pusher: Pusher, registry: FakeRegistry | str) -> str:
    """The error's text; checked to hold no secret, not in its causes either."""
    address = registry if isinstance(registry, str) else registry.address
    (outcome,) = pusher.push(f"{address}/a/b:v1")
    assert isinstance(outcome, PublishError)
    everything = "".join(traceback.format_exception(None, outcome, outcome.__traceback__))
    assert CANARY not in everything + str(outcome) + repr(outcome) + repr(outcome.finding)
    assert outcome.finding.path == f"{address}/a/b:v1"
    assert outcome.finding.remedy.endswith((".", "`")), outcome.finding.remedy
    return outcome.finding.message


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
