"""`pants publish`: sends packages to registries, one process for each package and registry.

A rule that raised would stop the other packages, so what is wrong with a target becomes a process
that says so and fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.publish import (
    PublishFieldSet,
    PublishOutputData,
    PublishPackages,
    PublishProcesses,
    PublishRequest,
)
from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.fs import CreateDigest, Digest, FileContent, MergeDigests
from pants.engine.process import InteractiveProcess
from pants.engine.rules import Get, MultiGet, collect_rules, rule

from xpkg.goals.package import BuiltXpkgArtifact
from xpkg.placeholders import Naming
from xpkg.push import Push
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import (
    XpkgImageTagsField,
    XpkgRegistriesField,
    XpkgRepositoryField,
    XpkgSkipPushField,
    XpkgSourcesField,
    XpkgVersionField,
)
from xpkg.tool import Tool

_REQUEST = "xpkg-request.json"


class PublishXpkgRequest(PublishRequest):
    pass


@dataclass(frozen=True)
class PublishXpkgFieldSet(PublishFieldSet):
    publish_request_type = PublishXpkgRequest
    required_fields = (XpkgSourcesField, XpkgRegistriesField)

    registries: XpkgRegistriesField
    repository: XpkgRepositoryField
    image_tags: XpkgImageTagsField
    version: XpkgVersionField
    skip_push: XpkgSkipPushField

    def get_output_data(self) -> PublishOutputData:
        return PublishOutputData({"publisher": "xpkg", **super().get_output_data()})


@rule
async def publish_xpkg(
    request: PublishXpkgRequest,
    tool: Tool,
    xpkg: XpkgSubsystem,
    environment: XpkgSubsystem.EnvironmentAware,
) -> PublishProcesses:
    field_set = request.field_set
    address = field_set.address
    if field_set.skip_push.value:
        return PublishProcesses(
            [PublishPackages((address.spec,), description=f"(by `skip_push` on {address})")]
        )
    packages = [
        (package, artifact)
        for package in request.packages
        for artifact in package.artifacts
        if isinstance(artifact, BuiltXpkgArtifact)
    ]
    try:
        pushes = [
            (package.digest, push)
            for package, artifact in packages
            for push in _pushes(field_set, artifact, xpkg)
        ]
    except ValueError as error:
        return PublishProcesses([_failure(address.spec, str(error))])
    env = await Get(EnvironmentVars, EnvironmentVarsRequest(environment.env_vars))
    request_digests = await MultiGet(
        Get(Digest, CreateDigest([FileContent(_REQUEST, push.request())])) for _, push in pushes
    )
    input_digests = await MultiGet(
        Get(Digest, MergeDigests([digest, request_digest]))
        for (digest, _), request_digest in zip(pushes, request_digests)
    )
    return PublishProcesses(
        _publish(push, tool, input_digest, env)
        for (_, push), input_digest in zip(pushes, input_digests)
    )


def _pushes(
    field_set: PublishXpkgFieldSet, artifact: BuiltXpkgArtifact, xpkg: XpkgSubsystem
) -> Iterable[Push]:
    naming = Naming(
        address=field_set.address,
        package_name=artifact.package_name,
        repository=field_set.repository.value,
        version=field_set.version.value,
        image_tags=field_set.image_tags.value or (),
        default_repository=xpkg.default_repository,
    )
    for registry in xpkg.registries.get(field_set.registries.value or ()):
        yield Push(registry, naming.repository_in(registry), naming.tags_in(registry), artifact)


def _publish(push: Push, tool: Tool, input_digest: Digest, env: EnvironmentVars) -> PublishPackages:
    if push.registry.skip_push:
        return PublishPackages(
            push.names,
            description=f"(by `skip_push` on registry {push.registry})",
            data=push.output_data(),
        )
    process = InteractiveProcess(
        argv=tool.argv("publish", _REQUEST),
        env=env,
        input_digest=input_digest,
        immutable_input_digests=tool.immutable_input_digests,
    )
    return PublishPackages(
        push.names,
        process=process,
        description=f"{push.registry} with {push.archive.image_digest}",
        data=push.output_data(),
    )


def _failure(name: str, message: str) -> PublishPackages:
    # The message is an argument, not part of the script, so that nothing in it is run.
    script = 'printf "%s\\n" "$1" >&2; exit 1'
    process = InteractiveProcess(argv=("/bin/sh", "-c", script, "sh", f"{name}: {message}"))
    return PublishPackages((name,), process=process)


def rules() -> Iterable[Any]:
    return (*collect_rules(), *PublishXpkgFieldSet.rules())
