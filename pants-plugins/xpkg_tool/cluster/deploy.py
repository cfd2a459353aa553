"""Applies a manifest, waits, and reports: for people who look on, and for a CI system's log."""

from __future__ import annotations

from typing import Callable, NamedTuple, Sequence

from xpkg_tool.cluster.kubectl import ClusterError, Kubectl
from xpkg_tool.cluster.wait import Clock, table, wait
from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.messages.install import InstalledObject

Say = Callable[[str], None]


class DeployOptions(NamedTuple):
    """`timeout` is in seconds; with 0, nothing is waited for. `dry_run` changes nothing: `name` is
    what it shows the changes of, and `publish_plan` the command that checks what it does not, empty
    for none. `force` takes over fields that somebody else owns."""

    timeout: float = 600
    dry_run: bool = False
    force: bool = False
    name: str = ""
    publish_plan: str = ""


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
            if options.name:
                say(f"{options.name}:")
            say(changes(kubectl.diff(manifest, force=options.force), options))
            return True
        say(kubectl.apply(manifest, force=options.force).rstrip("\n"))
        return wait_for(objects, kubectl, options.timeout, say, clock=clock)
    except ClusterError as error:
        say(failure(error, kubectl))
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


def changes(diff: str, options: DeployOptions) -> str:
    """What a dry run says."""
    if diff:
        shown = "\n".join(map(visible, diff.rstrip("\n").split("\n")))
        closing = f"{shown}\n\nNothing was changed: this is a dry run."
    else:
        closing = "Nothing would change."
    if options.publish_plan:
        closing += (
            " Whether the packages can be published was not checked: "
            f"`{options.publish_plan}` does that."
        )
    # The next target's name may follow.
    return f"{closing}\n" if options.name else closing


def failure(error: ClusterError, kubectl: Kubectl) -> str:
    """An error as text."""
    text = "\n".join(map(visible, str(error).split("\n")))
    remedy = error.remedy
    if error.of_context:
        remedy = f"kubectl used {visible(kubectl.context_in_use())}. {remedy}"
    return f"error: {text}" + (f"\n  help: {remedy}" if remedy else "")
