"""`--xpkg-stats`: what a run did, counted at its end from Pants' own record of its work."""

from __future__ import annotations

import json
import logging
from collections import Counter
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.engine.rules import collect_rules, rule
from pants.engine.streaming_workunit_handler import (
    StreamingWorkunitContext,
    WorkunitsCallback,
    WorkunitsCallbackFactory,
    WorkunitsCallbackFactoryRequest,
)
from pants.engine.unions import UnionRule
from pants.util.strutil import pluralize

from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.process import RUNNER
from xpkg_tool.messages.build import Counts
from xpkg_tool.messages.codec import MessageError, decode

logger = logging.getLogger(__name__)

_RAN = "Ran"
_LOCAL = "HitLocally"
_REMOTE = "HitRemotely"


@dataclass(frozen=True)
class Statistics:
    """Processes of the tool by the origin of their results, and the bytes of YAML that those
    which ran parsed and packed."""

    ran: int
    local: int
    remote: int
    parsed: int
    packed: int

    def __str__(self) -> str:
        return (
            f"Crossplane packages: {pluralize(self.ran, 'process')} of the tool ran, "
            f"{self.local:,} served from the local cache, {self.remote:,} from the remote cache; "
            f"{pluralize(self.parsed, 'byte')} parsed, {pluralize(self.packed, 'byte')} packed."
        )


class StatisticsCallback(WorkunitsCallback):
    """Receives the work units of a run, a batch at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._sources: Counter[str] = Counter()
        # The digests of what the processes that ran printed.
        self._printed: list[Any] = []

    @property
    def can_finish_async(self) -> bool:
        return False  # The line belongs to the run's own output.

    def __call__(
        self,
        *,
        started_workunits: tuple[Mapping[str, Any], ...],
        completed_workunits: tuple[Mapping[str, Any], ...],
        finished: bool,
        context: StreamingWorkunitContext,
    ) -> None:
        for workunit in completed_workunits:
            metadata = workunit.get("metadata", {})
            if workunit["name"] == "process" and _is_of_the_tool(metadata.get("definition")):
                source = metadata.get("source", _RAN)
                self._sources[source] += 1
                if source == _RAN and "stdout_digest" in workunit.get("artifacts", {}):
                    self._printed.append(workunit["artifacts"]["stdout_digest"])
        if finished:
            logger.info(str(self._statistics(context)))

    def _statistics(self, context: StreamingWorkunitContext) -> Statistics:
        counts = count_bytes(context.single_file_digests_to_bytes(self._printed))
        return Statistics(
            ran=self._sources[_RAN],
            local=self._sources[_LOCAL],
            remote=self._sources[_REMOTE],
            parsed=counts.parsed,
            packed=counts.packed,
        )


def count_bytes(printed: Iterable[bytes]) -> Counts:
    """The sums of the Counts that the processes printed. What else they printed counts nothing."""
    parsed = packed = 0
    for text in printed:
        try:
            counts = decode(Counts, text)
        except MessageError:
            continue
        parsed += counts.parsed
        packed += counts.packed
    return Counts(parsed, packed)


def _is_of_the_tool(definition: str | None) -> bool:
    """Whether a process, as Pants describes it in JSON, runs the tool."""
    return definition is not None and RUNNER in json.loads(definition)["argv"]


@dataclass(frozen=True)
class StatisticsRequest:
    """Asks for the work units of each run."""


@rule
def statistics_callback(_: StatisticsRequest, xpkg: XpkgSubsystem) -> WorkunitsCallbackFactory:
    wanted = xpkg.stats
    return WorkunitsCallbackFactory(lambda: StatisticsCallback() if wanted else None)


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(WorkunitsCallbackFactoryRequest, StatisticsRequest))
