"""Applies a manifest, waits, and reports: for people who look on, and for a CI system's log."""

from __future__ import annotations

from typing import Callable, NamedTuple, Sequence

from xpkg_tool.cluster.kubectl import ClusterError, Kubectl
from xpkg_tool.cluster.wait import Clock, table, wait
from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.messages import InstalledObject

Say = Callable[[str], None]


class DeployOptions(NamedTuple):
    """`timeout` is in seconds; with 0, nothing is waited for. `dry_run` changes nothing. `force`
    takes over fields that somebody else owns."""

    timeout: float = 600
    dry_run: bool = False
    force: bool = False


def deploy(
    manifest: str,
    objects: Sequence[InstalledObject],
    kubectl: Kubectl,
    options: DeployOptions,
    say: Say,
    *,
    clock: Clock | None = None,
) -> bool:
    """Applies the manifest of these objects, and waits until they are installed and healthy.
    Returns whether all went well; `say` gets what there is to say, in lines."""
    try:
        if options.dry_run:
            say(changes(kubectl.diff(manifest, force=options.force)))
            return True
        say(kubectl.apply(manifest, force=options.force).rstrip("\n"))
        return wait_for(objects, kubectl, options.timeout, say, clock=clock)
    except ClusterError as error:
        say(failure(error))
        return False


def wait_for(
    objects: Sequence[InstalledObject],
    kubectl: Kubectl,
    timeout: float,
    say: Say,
    *,
    clock: Clock | None = None,
) -> bool:
    """Waits for the objects, if there is time for it. Returns whether there is nothing left to wait
    for. Raises ClusterError."""
    if not timeout:
        return True
    statuses = wait(objects, kubectl, say, timeout=timeout, clock=clock)
    say("\n" + table(statuses).rstrip("\n"))
    left = [status for status in statuses if not status.is_settled]
    if left:
        say(
            f"\nerror: After {timeout:.0f} s, {len(left)} of {len(statuses)} packages are not "
            "installed and healthy. They stay as they are: the package manager goes on."
        )
    return not left


def changes(diff: str) -> str:
    """What a dry run says."""
    if not diff:
        return "Nothing would change."
    shown = "\n".join(map(visible, diff.rstrip("\n").split("\n")))
    return f"{shown}\n\nNothing was changed: this is a dry run."


def failure(error: ClusterError) -> str:
    """An error as text."""
    text = "\n".join(map(visible, str(error).split("\n")))
    return f"error: {text}" + (f"\n  help: {error.remedy}" if error.remedy else "")
