"""`pants publish`: sends packages to registries, dependencies before dependents.

The goal calls a rule for each package, without the others. So the rule asks for the reports of all
packages that the command line names, which are made once, from one plan, and takes its own. When
the goal begins to run processes all work is done: they only report.

A rule that raises would stop the other packages, so what is wrong with a package becomes a report
that fails.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.publish import (
    PublishFieldSet,
    PublishOutputData,
    PublishPackages,
    PublishProcesses,
    PublishRequest,
)
from pants.engine.addresses import Address
from pants.engine.console import Console
from pants.engine.rules import Get, collect_rules, rule
from pants.option.global_options import GlobalOptions
from pants.util.frozendict import FrozenDict

from xpkg.named_packages import NamedPackages, NamedPackagesRequest
from xpkg.publishing.execute import PublishedPackages, PublishedPackagesRequest
from xpkg.publishing.few_processes import with_few_processes
from xpkg.publishing.notes import notes
from xpkg.publishing.plan import PublishPlan
from xpkg.publishing.plan_report import plan_summary, planned_packages
from xpkg.publishing.planning import PublishPlanRequest
from xpkg.publishing.report import Reporter
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgRegistriesField, XpkgSourcesField
from xpkg.tool.fresh import Fresh

logger = logging.getLogger(__name__)


class PublishUnderRemoteExecution(Exception):
    """Publishing was asked for under `[GLOBAL].remote_execution`."""

    def __init__(self) -> None:
        super().__init__(
            "Publishing does not run under remote execution: its processes would run on a worker, "
            "which has no login to the registries and would need yours. Run the `publish` goal "
            "with `--no-remote-execution`; the remote cache can stay on."
        )


class PublishXpkgRequest(PublishRequest):
    pass


@dataclass(frozen=True)
class PublishXpkgFieldSet(PublishFieldSet):
    publish_request_type = PublishXpkgRequest
    required_fields = (XpkgSourcesField, XpkgRegistriesField)

    def get_output_data(self) -> PublishOutputData:
        return PublishOutputData({"publisher": "xpkg", **super().get_output_data()})


@dataclass(frozen=True)
class PublishReportRequest:
    """Asks for the report of the package at `address`, which the command line names."""

    address: Address


@dataclass(frozen=True)
class PublishReport(Fresh):
    """What the goal is given for a package."""

    entries: tuple[PublishPackages, ...]


@dataclass(frozen=True)
class AllReportsRequest:
    """Asks for the reports of all packages that the command line names."""

    named: tuple[Address, ...]


@dataclass(frozen=True)
class AllReports(Fresh):
    """What the goal is given for each package that the command line names.

    They are made together, because what several packages have in common is shown once.
    """

    entries: FrozenDict[Address, tuple[PublishPackages, ...]]


# Stands before its caller because the engine looks for `Get`s there.
async def _named(address: Address) -> tuple[Address, ...]:
    """The packages that the command line names, `address` among them. Where they are not known,
    each package is published with a plan of its own."""
    named = await Get(NamedPackages, NamedPackagesRequest())
    return named.addresses if address in named.addresses else (address,)


@rule
async def publish_xpkg(request: PublishXpkgRequest) -> PublishProcesses:
    # The packages that the goal built are those of the plan, which has them from the same rule. So
    # nothing but the address is passed on: the rest is found anew in each run.
    report = await Get(PublishReport, PublishReportRequest(request.field_set.address))
    return PublishProcesses(report.entries)


@rule
async def publish_report(
    request: PublishReportRequest, global_options: GlobalOptions
) -> PublishReport:
    if global_options.remote_execution:
        # A report cannot fail here: no interactive process can run either.
        raise PublishUnderRemoteExecution
    reports = await Get(AllReports, AllReportsRequest(await _named(request.address)))
    return PublishReport(reports.entries[request.address])


@rule
async def all_reports(
    request: AllReportsRequest, xpkg: XpkgSubsystem, global_options: GlobalOptions
) -> AllReports:
    named = request.named
    plan = await Get(PublishPlan, PublishPlanRequest(named))
    entries: dict[Address, list[PublishPackages]] = {address: [] for address in named}
    for note in notes(package.candidate for package in plan.packages):
        logger.warning(note)
    if xpkg.publish_plan:
        entries[min(named)].append(plan_summary(plan))
        for address in named:
            for package in plan.reported_by(address):
                entries[address].extend(planned_packages(package))
    else:
        published = await Get(PublishedPackages, PublishedPackagesRequest(named))
        outcomes = {outcome.address: outcome for outcome in published.packages}
        reporter = Reporter()
        for address in named:
            for package in plan.reported_by(address):
                outcome, is_named = outcomes[package.address], package.address == address
                entries[address].extend(reporter.entries(outcome, named=is_named))
    sigil = Console(use_colors=global_options.colors).sigil_succeeded()
    return AllReports(FrozenDict(with_few_processes(entries, sigil)))


def rules() -> Iterable[Any]:
    return (*collect_rules(), *PublishXpkgFieldSet.rules())
