"""`xpkg update KIND REF [NAME]`: changes the package of an object, and none of its other fields."""

from __future__ import annotations

from argparse import Namespace

from xpkg_tool.cli.cluster import object_to_install, run_and_wait


def run(arguments: Namespace) -> int:
    target = object_to_install(arguments)
    return run_and_wait(
        arguments,
        target,
        lambda kubectl: kubectl.set_package(target.kind, target.name, target.package),
    )
