"""What has become of an object that installs a package, by its conditions (crossplane's
apis/pkg/v1/conditions.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

INSTALLED, HEALTHY = "Installed", "Healthy"
_INACTIVE = "InactivePackageRevision"


@dataclass(frozen=True)
class PackageStatus:
    """The status of one object. `installed` and `healthy` are `True`, `False` or `Unknown`, as the
    condition says, and empty where there is none or it is about an earlier package. `message` says
    why it is not ready, as far as the conditions do. `waits_for_activation`: somebody has to
    activate its revision. `revision` is the name of the current one."""

    kind: str
    name: str
    package: str
    exists: bool = True
    installed: str = ""
    healthy: str = ""
    message: str = ""
    waits_for_activation: bool = False
    revision: str = ""

    @property
    def is_ready(self) -> bool:
        return self.installed == "True" and self.healthy == "True"

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.is_ready or self.waits_for_activation

    @property
    def words(self) -> str:
        """The state in a few words."""
        if not self.exists:
            return "does not exist yet"
        if self.is_ready:
            return "is installed and healthy"
        if self.waits_for_activation:
            return "waits for somebody to activate its revision"
        if not (self.installed or self.healthy):
            return "has not been looked at yet"
        if self.installed == "True":
            return "is installed, but not healthy yet"
        return "is not installed yet"


def missing(kind: str, name: str, package: str) -> PackageStatus:
    """The status of an object that does not exist."""
    return PackageStatus(kind, name, package, exists=False)


def status_of(value: Mapping[str, Any]) -> PackageStatus:
    """The status of an object as the API has it."""
    metadata, spec = value.get("metadata") or {}, value.get("spec") or {}
    status = value.get("status") or {}
    package = str(spec.get("package", ""))
    generation = metadata.get("generation", 0)
    conditions = {
        str(condition.get("type")): condition
        for condition in status.get("conditions") or ()
        if _is_current(condition, generation)
    }
    # The conditions are still those of the package before, until its successor has a revision.
    if status.get("currentIdentifier", package) != package:
        conditions = {}
    installed, healthy = conditions.get(INSTALLED, {}), conditions.get(HEALTHY, {})
    manual = spec.get("revisionActivationPolicy") == "Manual"
    return PackageStatus(
        kind=str(value.get("kind", "")),
        name=str(metadata.get("name", "")),
        package=package,
        installed=str(installed.get("status", "")),
        healthy=str(healthy.get("status", "")),
        message=why_not(conditions),
        waits_for_activation=manual and installed.get("reason") == _INACTIVE,
        revision=str(status.get("currentRevision", "")),
    )


def why_not(conditions: Mapping[str, Mapping[str, Any]]) -> str:
    """What the conditions say that are not true: their messages, or at least their reasons."""
    found: dict[str, None] = {}
    for name, condition in sorted(conditions.items()):
        if condition.get("status") == "True":
            continue
        said = str(condition.get("message") or "").strip()
        found[said or f"{name}: {condition.get('reason', 'unknown')}"] = None
    return "; ".join(found)


def conditions_of(value: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """All conditions of an object, such as a revision, by their types."""
    listed = (value.get("status") or {}).get("conditions") or ()
    return {str(condition.get("type")): condition for condition in listed}


def _is_current(condition: Mapping[str, Any], generation: int) -> bool:
    # Crossplane 1 does not say what its conditions are about.
    observed = condition.get("observedGeneration") or generation
    return bool(observed >= generation)
