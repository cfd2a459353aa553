"""What goes wrong with one registry, even what nobody foresaw, fails nothing that goes to
another one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.artifact import artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.outcome import PushResult
from xpkg_tool.publish.plan import Package, plan
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import Registries
from xpkg_tool.registry.connection import Connection


@pytest.mark.parametrize("moment", ["connecting", "asking"])
def test_a_bug_that_one_registry_meets(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def connect(registry: str) -> Connection:
        connection = pusher.connect(registry)
        if registry == bad.address:
            if moment == "connecting":
                connection.close()
                raise LookupError("canary")
            monkeypatch.setattr(connection._wire, "exchange", fails)
        return connection

    def fails(*_: Any, **__: Any) -> None:
        raise LookupError("canary")

    def places(*registries: FakeRegistry) -> list[str]:
        return [f"{registry.address}/a/b:v1" for registry in registries]

    with running() as bad, running() as good:
        registries = Registries(pusher.env, connect=connect)
        try:
            packages = [
                Package.of(name, HYBRID_DIGEST, (place,))
                for name, place in zip(("one", "other"), places(bad, good))
            ]
            planned = {package.name: package.error for package in plan(packages, registries)}
            assert planned["other"] is None
            assert "The tool itself failed: LookupError at" in str(planned["one"])
            writes = [Write(parse(place)) for place in places(bad, good)]
            outcomes = publish(artifact_of([open_archive(str(HYBRID))]), writes, registries)
        finally:
            registries.close()
        one, other = (outcomes[write.place] for write in writes)
        assert isinstance(other, PushResult)
        assert good.tag("a/b", "v1") == HYBRID_DIGEST
        assert isinstance(one, PublishError)
        assert "The tool itself failed: LookupError at" in str(one)
        assert "canary" not in str(one)
        assert one.finding.path == places(bad)[0]
