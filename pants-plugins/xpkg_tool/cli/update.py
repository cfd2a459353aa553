"""`xpkg update KIND REF [NAME]`: changes the package of an object, and none of its other fields."""

from __future__ import annotations

from argparse import Namespace

from xpkg_tool.cli.cluster import object_to_install, run_and_wait
from xpkg_tool.dependencies.install.manifest import package_object
from xpkg_tool.dependencies.install.yaml_text import to_yaml
from xpkg_tool.messages.install import InstallOptions


def run(arguments: Namespace) -> int:
    target = object_to_install(arguments)
    changed = package_object(target.kind, target.name, target.package, InstallOptions())
    return run_and_wait(
        arguments,
        target,
        to_yaml([changed]),
        lambda kubectl: kubectl.set_package(target.kind, target.name, target.package),
    )
