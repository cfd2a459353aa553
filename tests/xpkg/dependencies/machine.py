"""Users who fetch packages in an engine."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from pants.engine.fs import DigestContents
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.real_tool import real_tool
from tests.xpkg.replaced_rules import replaced
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER
from xpkg import subsystem
from xpkg.dependencies import fetch
from xpkg.dependencies.fetch import FetchedPackages, FetchRequest
from xpkg.naming import environment
from xpkg.tool import run
from xpkg_tool.messages.fetch import PackageToFetch


class Machine:
    """A user, who has a home, a login, a store and named caches, and fetches packages."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.arguments = (
            f"--local-store-dir={folder / 'store'}",
            f"--named-caches-dir={folder / 'caches'}",
            *options,
        )
        self.runner = self.session()

    def session(self) -> RuleRunner:
        """A new run of Pants without a daemon, on the same machine."""
        return RuleRunner(
            rules=[
                *fetch.rules(),
                *environment.rules(),
                *subsystem.rules(),
                *replaced(run.rules(), real_tool),
                QueryRule(FetchedPackages, [FetchRequest]),
            ],
            bootstrap_args=self.arguments,
        )

    def login(self, registry: str) -> None:
        auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        docker = self.home / ".docker"
        docker.mkdir(exist_ok=True)
        (docker / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))

    def fetch(self, *packages: PackageToFetch, options: Sequence[str] = ()) -> FetchedPackages:
        env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        self.runner.set_options(options, env=env)
        return self.runner.request(FetchedPackages, [FetchRequest(packages)])

    def streams(self, fetched: FetchedPackages) -> list[bytes]:
        contents = (
            self.runner.request(DigestContents, [package.files]) for package in fetched.packages
        )
        return [file.content for (file,) in contents if file.path == "package.yaml"]
