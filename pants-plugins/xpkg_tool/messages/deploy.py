"""Applying a manifest to a cluster: `deploy`."""

from typing import NamedTuple

from xpkg_tool.messages.install import InstalledObject


class DeployRequest(NamedTuple):
    """Applies the file `manifest` of these objects with the user's kubectl, in the context
    `context` ("" for the current one), and waits up to `timeout` seconds until they are installed
    and healthy. Prints as it goes; the exit code is the answer. `name` is that of the target. A dry
    run does not publish; `publish_plan` is the command that shows what that would do, "" where it
    is shown or there is nothing to publish."""

    manifest: str
    objects: tuple[InstalledObject, ...]
    context: str = ""
    timeout: float = 600
    dry_run: bool = False
    force_conflicts: bool = False
    name: str = ""
    publish_plan: str = ""
