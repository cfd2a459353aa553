"""Runs rules for `xpkg_install` targets in an engine of their own, with the tool from its sources
instead of the environment that Pants would install for it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pants.core.goals.package import BuiltPackage
from pants.core.register import rules as core_rules
from pants.core.target_types import GenericTarget, LockfileTarget
from pants.engine.addresses import Address
from pants.engine.fs import DigestContents
from pants.engine.rules import QueryRule
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.dependencies.packages import INFERRING
from tests.xpkg.engines import emptied
from tests.xpkg.real_tool import real_tool
from tests.xpkg.replaced_rules import replaced
from xpkg import named_packages, statistics, subsystem
from xpkg.building import buckets, build, groups, inputs, pins, shards, target_faults
from xpkg.install_target import XpkgInstallTarget
from xpkg.installing import manifest, package
from xpkg.installing.manifest import InstallManifest, InstallManifestRequest
from xpkg.installing.package import XpkgInstallFieldSet
from xpkg.naming import variables
from xpkg.publishing import candidate, destinations
from xpkg.target_types import XpkgPackageTarget
from xpkg.tool import run

HOST = "registry.example.org"


@dataclass
class InstallRunner:
    """A repository whose packages are published to HOST."""

    runner: RuleRunner

    @classmethod
    def create(cls, *rules: Any, **registries: Any) -> InstallRunner:
        made = cls(emptied(_engine(*rules)))
        made.configure(**(registries or {"main": {"address": HOST, "default": True}}))
        return made

    def configure(self, *args: str, **registries: Any) -> None:
        self.runner.set_options([f"--xpkg-registries={registries!r}", *args], env_inherit={"PATH"})

    @property
    def root(self) -> Path:
        return Path(self.runner.build_root)

    def package(
        self,
        name: str,
        kind: str = "Configuration",
        needs: dict[str, tuple[str, str]] | None = None,
        files: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        """Writes a package with a version; `needs` has (kind, constraint) by source or by the name
        of another package."""
        needs = needs or {}
        meta: dict[str, Any] = {
            "apiVersion": "meta.pkg.crossplane.io/v1",
            "kind": kind,
            "metadata": {"name": name},
            "spec": {
                "dependsOn": [
                    {
                        "apiVersion": "pkg.crossplane.io/v1",
                        "kind": of,
                        "package": source if "/" in source else f"{HOST}/team/{source}",
                        "version": constraint,
                    }
                    for source, (of, constraint) in needs.items()
                ]
            },
        }
        given = {
            "version": "v1.2.3",
            "repository": f"team/{name}",
            **fields,
        }
        folder = f"packages/{name}"
        self.write(
            **{
                f"{folder}/BUILD": _call("xpkg_package", given),
                f"{folder}/crossplane.yaml": yaml.safe_dump(meta, sort_keys=False),
                **{f"{folder}/{path}": text for path, text in (files or {}).items()},
            }
        )

    def install(self, *packages: str, **fields: Any) -> None:
        """Writes the target `install:install` for packages of these names."""
        given = {"packages": [p if ":" in p else f"packages/{p}" for p in packages], **fields}
        self.write(**{"install/BUILD": _call("xpkg_install", given)})

    def write(self, **files: str) -> None:
        self.runner.write_files(files)

    def manifest(self) -> InstallManifest:
        return self.runner.request(InstallManifest, [InstallManifestRequest(Address("install"))])

    def objects(self, made: InstallManifest) -> list[dict[str, Any]]:
        assert not made.failed, made.text
        (file,) = self.runner.request(DigestContents, [made.digest])
        return list(yaml.safe_load_all(file.content))


@functools.cache
def _engine(*rules: Any) -> RuleRunner:
    building = (buckets, build, groups, inputs, pins, shards, target_faults, run)
    naming = (named_packages, statistics, subsystem, variables)
    modules = (*naming, destinations, candidate, manifest, package)
    own = (r for module in (*building, *INFERRING, *modules) for r in module.rules())
    return RuleRunner(
        rules=[
            *core_rules(),
            *replaced((*own, *rules), real_tool),
            QueryRule(InstallManifest, [InstallManifestRequest]),
            QueryRule(BuiltPackage, [XpkgInstallFieldSet]),
        ],
        target_types=[XpkgPackageTarget, XpkgInstallTarget, GenericTarget, LockfileTarget],
    )


def _call(name: str, fields: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in fields.items())})\n"
