"""What `install` and `update` share: the object of a package, and waiting for it."""

from __future__ import annotations

import re
from argparse import Namespace
from typing import Callable

from xpkg_tool.cli.failure import FAILED, FOUND, OK, Failure
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.cli.source import parsed
from xpkg_tool.cluster.deploy import failure, wait_for
from xpkg_tool.cluster.kubectl import ClusterError, Kubectl
from xpkg_tool.dependencies.install.checks import is_accepted
from xpkg_tool.dependencies.model import object_name, without_identifier
from xpkg_tool.messages.install import InstalledObject
from xpkg_tool.package.names import is_dns_subdomain, is_label_value

_TIME = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def object_to_install(arguments: Namespace) -> InstalledObject:
    """The object that the arguments mean. Raises Failure."""
    text: str = arguments.reference
    reference = parsed(text)
    if reference.is_layout:
        raise Failure(
            f"{text} is a directory, from which no cluster installs.",
            "Push the package to a registry, and name that.",
        )
    if not is_accepted(text):
        raise _refused(text, reference.digest)
    kind = arguments.kind.capitalize()
    derived = object_name(text)
    name = derived if arguments.name is None else arguments.name
    if not is_dns_subdomain(name):
        raise Failure(f"{name!r} is not a valid RFC 1123 subdomain, as an object's name must be.")
    if not is_label_value(name):
        raise Failure(
            f"{name!r} has more than 63 characters, and a label of each revision has it as value.",
            "Write a shorter name.",
        )
    if name != derived:
        write_error(
            f"note: The package manager calls this package {derived!r} when another one depends on "
            f"it. Under the name {name!r} it may be installed a second time, after which no "
            "dependencies are resolved any more.\n"
        )
    if reference.tag and reference.digest:
        write_error(
            f"note: The source of {text} is {without_identifier(text)}:{reference.tag}, so that no "
            "package that depends on it finds it.\n"
        )
    return InstalledObject(kind, name, text, "")


def _refused(text: str, digest: str | None) -> Failure:
    """Why the API server refuses a reference that registries accept."""
    if digest and not digest.startswith("sha256:"):
        return Failure(
            f"The API server refuses {text}: a digest has to begin with sha256:.",
            "Name the package by its tag, or by its sha256 digest.",
        )
    if text.startswith("["):
        return Failure(
            f"The API server refuses {text}: it takes no IPv6 address for the name of a registry.",
            "Name the registry by its host name.",
        )
    return Failure(
        f"The API server refuses {text}: the name of the registry has no dot.",
        "Name a registry with a dot, such as 127.0.0.1:5000 for one on the same machine.",
    )


def run_and_wait(
    arguments: Namespace, target: InstalledObject, manifest: str, change: Callable[[Kubectl], str]
) -> int:
    """Changes the cluster, and waits as long as `--wait` says; or prints the manifest, with
    `--dry-run`. Returns the exit code."""
    timeout = _seconds(arguments.wait)
    if arguments.dry_run:
        write_output(manifest)
        return OK
    kubectl = Kubectl(arguments.context)
    try:
        write_output(change(kubectl))
        well = wait_for([target], kubectl, timeout, lambda line: write_output(f"{line}\n"))
    except ClusterError as error:
        write_error(f"{failure(error, kubectl)}\n")
        return FAILED
    return OK if well else FOUND


def _seconds(text: str) -> float:
    """Raises Failure."""
    found = _TIME.fullmatch(text)
    if not found or not text:
        raise Failure(f"{text!r} is not a time.", "Write it as 90s, 5m or 1h30m.")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)
