"""Whether the locks fit the packages of the repository, for `pants lint`. Nothing is looked up.

A lock is an input of this check alone: a new one builds nothing anew. Each resolve that has a lock
costs one process, whose result is cached by the lock and the meta objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.fs import AddPrefix, Digest, DigestSubset, PathGlobs, RemovePrefix
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.docutil import bin_name
from pants.util.logging import LogLevel

from xpkg.dependencies.resolves import (
    LockFile,
    LockFileRequest,
    LockInputs,
    LockInputsRequest,
    Resolve,
    Resolves,
)
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.lock import CheckLockAnswer, CheckLockRequest

_SHOWN = ".xpkg-shown"


@dataclass(frozen=True)
class LockCheckRequest:
    """Asks for the `LockCheck` of the packages at these addresses. `shown` holds FINDINGS of those
    with `pin_dependencies`, whose builds look into the lock, too."""

    addresses: tuple[Address, ...]
    shown: tuple[tuple[Address, Digest], ...] = ()


@dataclass(frozen=True)
class LockCheck:
    """The rendered findings in the locks and in the files of the packages, whether they fail, and
    digests that hold FINDINGS. There are none where there is no lock."""

    text: str = ""
    failed: bool = False
    findings: tuple[Digest, ...] = ()


@dataclass(frozen=True)
class _Checked:
    """What the tool says of a resolve: its answer, with the findings of each report, and the file
    of each package by the name that the lock has for it."""

    answer: CheckLockAnswer
    findings: tuple[Digest, ...]
    files: tuple[tuple[Address, str], ...]


@dataclass(frozen=True)
class _CheckRequest:
    resolve: Resolve
    shown: tuple[Digest, ...]


@rule(desc="Check the locks of Crossplane packages", level=LogLevel.DEBUG)
async def check_locks(request: LockCheckRequest, resolves: Resolves) -> LockCheck:
    found = dict.fromkeys(resolves.of(address) for address in request.addresses)
    wanted = sorted(found, key=lambda resolve: resolve.name)
    locks = await MultiGet(Get(LockFile, LockFileRequest(resolve.path)) for resolve in wanted)
    locked = [resolve for resolve, lock in zip(wanted, locks) if lock.exists]
    said = {r.name: tuple(d for a, d in request.shown if resolves.of(a) == r) for r in locked}
    checks = await MultiGet(
        Get(_Checked, _CheckRequest(resolve, said[resolve.name])) for resolve in locked
    )
    shown = [
        (report, digest)
        for resolve, check in zip(locked, checks)
        for report, digest in zip(check.answer.reports, check.findings)
        if report.path == resolve.path or report.path in _files(check, resolve, request.addresses)
    ]
    return LockCheck(
        "\n\n".join(report.text for report, _ in shown),
        any(report.failed for report, _ in shown),
        tuple(digest for _, digest in shown),
    )


def _files(check: _Checked, resolve: Resolve, addresses: Iterable[Address]) -> set[str]:
    """Those of the packages, and those of other resolves: only this lock has to do with them."""
    shown = {*addresses, *(a for a, _ in check.files if a not in resolve.addresses)}
    return {file for address, file in check.files if address in shown}


@rule
async def check_resolve(request: _CheckRequest, xpkg: XpkgSubsystem) -> _Checked:
    resolve = request.resolve
    inputs = await Get(LockInputs, LockInputsRequest(resolve))
    folders = [f"{_SHOWN}/{number}" for number in range(len(request.shown))]
    shown = await MultiGet(
        Get(Digest, AddPrefix(digest, folder)) for digest, folder in zip(request.shown, folders)
    )
    message = CheckLockRequest(
        lock=resolve.path,
        packages=inputs.packages,
        own=tuple(sorted(inputs.own)),
        command=f"{bin_name()} generate-lockfiles --resolve={resolve.name}",
        selection=xpkg.selection(),
        fail_on=xpkg.fail_on,
        shown=tuple(f"{folder}/{FINDINGS}" for folder in folders),
    )
    description = f"Checking {resolve.path}"
    checked = await Get(
        ToolAnswer, ToolRequest(message, description, (inputs.digest, *shown), level=LogLevel.DEBUG)
    )
    answer = checked.read(CheckLockAnswer)
    numbers = [str(number) for number in range(len(answer.reports))]
    subsets = await MultiGet(
        Get(Digest, DigestSubset(checked.files, PathGlobs([f"{number}/{FINDINGS}"])))
        for number in numbers
    )
    findings = await MultiGet(
        Get(Digest, RemovePrefix(digest, number)) for digest, number in zip(subsets, numbers)
    )
    return _Checked(answer, tuple(findings), inputs.files)


def rules() -> Iterable[Any]:
    return collect_rules()
