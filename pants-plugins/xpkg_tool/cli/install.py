"""`xpkg install KIND REF [NAME]`: installs one package in a cluster."""

from __future__ import annotations

from argparse import Namespace

from xpkg_tool.cli.cluster import object_to_install, run_and_wait
from xpkg_tool.cli.failure import Failure
from xpkg_tool.cli.folder import split_commas
from xpkg_tool.dependencies.install.manifest import package_object
from xpkg_tool.dependencies.install.options import problems
from xpkg_tool.dependencies.install.yaml_text import to_yaml
from xpkg_tool.messages.install import InstallOptions

_OPTIONS = {
    "package_pull_secrets": "--package-pull-secrets",
    "revision_history_limit": "--revision-history-limit",
    "runtime_config_ref": "--runtime-config",
}


def run(arguments: Namespace) -> int:
    target = object_to_install(arguments)
    options = _options(arguments, target.kind)
    value = package_object(target.kind, target.name, target.package, options)
    manifest = to_yaml([value])
    return run_and_wait(arguments, target, manifest, lambda kubectl: kubectl.create(manifest))


def _options(arguments: Namespace, kind: str) -> InstallOptions:
    """Raises Failure."""
    secrets = tuple(split_commas(arguments.package_pull_secrets))
    runtime = arguments.runtime_config
    options = InstallOptions(
        revision_activation_policy="Manual" if arguments.manual_activation else None,
        revision_history_limit=arguments.revision_history_limit,
        package_pull_policy=arguments.package_pull_policy,
        package_pull_secrets=secrets or None,
        runtime_config_ref=None if runtime is None else {"name": runtime},
        skip_dependency_resolution=True if arguments.skip_dependency_resolution else None,
    )
    wrong = [finding.message for finding in problems(options, "", "")]
    for field, option in _OPTIONS.items():
        wrong = [message.replace(f"`{field}`", f"`{option}`") for message in wrong]
    if runtime is not None and kind == "Configuration":
        wrong.append("A Configuration has no runtime, so `--runtime-config` is not for it.")
    if wrong:
        raise Failure(" ".join(wrong), "Correct these options.")
    return options
