"""The command by which the Pants backend deploys: it runs at the terminal, and prints as it goes.

Unlike the others it is not in a sandbox's environment: it finds the user's kubectl and kubeconfig.
"""

from __future__ import annotations

import sys
from pathlib import Path

from xpkg_tool.cluster.deploy import DeployOptions, deploy
from xpkg_tool.cluster.kubectl import Kubectl
from xpkg_tool.messages.deploy import DeployRequest

_FAILED = 1
_INTERRUPTED = 130


def deploy_manifest(request: DeployRequest) -> None:
    """Exits with a code that is not 0 where something did not go well."""
    manifest = Path(request.manifest).read_text("ascii")
    options = DeployOptions(
        request.timeout,
        request.dry_run,
        request.force_conflicts,
        request.name,
        request.publish_plan,
    )
    try:
        well = deploy(manifest, request.objects, Kubectl(request.context), options, _say)
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    if not well:
        raise SystemExit(_FAILED)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
