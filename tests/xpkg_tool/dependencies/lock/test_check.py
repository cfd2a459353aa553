"""Where a crossplane.yaml and the lock disagree, offline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.xpkg_tool.dependencies.lock.universe import HOST, Universe, digest_of, root, source
from xpkg_tool.dependencies.lock.check import check_lock, unsaid
from xpkg_tool.dependencies.lock.entries import Entry
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding

UNIVERSE = Universe(
    {
        "a": {"v1.0.0": {"b": ">=v1.0.0", "mine": "*"}},
        "b": {"v1.0.0": {}, "v1.1.0": {}},
        "p-c": {"v1.0.0": {}},
    }
)
OWN = {source("mine"): "//packages/mine"}
NEEDS = root("x", {"a": ">=v1.0.0", "mine": "*"})
LOCK = UNIVERSE.lock(NEEDS, own=OWN)


def findings(lock: Lock, entries: tuple[Entry, ...]) -> tuple[Finding, ...]:
    return check_lock(write_lock(lock), "xpkg.lock", entries, OWN, "xpkg lock")


def test_a_lock_that_was_just_written_fits() -> None:
    assert findings(LOCK, NEEDS) == ()
    digest = digest_of(f"{HOST}/p-c", "v1.0.0")
    entries = root("x", {"p-c": digest})
    assert findings(UNIVERSE.lock(entries), entries) == ()


def test_a_constraint_that_is_not_satisfied() -> None:
    (found,) = findings(LOCK, root("x", {"a": "v2.0.0"}))
    assert (found.code, found.severity) == ("XP151", ERROR)
    assert found.message == f"xpkg.lock has {HOST}/a at v1.0.0, which does not satisfy 'v2.0.0'."
    assert found.remedy == "Write the lock again: `xpkg lock`."
    assert found.path == "packages/x/crossplane.yaml"
    assert found.position is not None
    assert found.position.source == '      version: "v2.0.0"'


@pytest.mark.parametrize("constraint", ["v1.0.0", digest_of(f"{HOST}/a", "v1.0.0")])
def test_a_digest_satisfies_itself_only(constraint: str) -> None:
    other = "v1.0.0" if constraint.startswith("sha256:") else digest_of(f"{HOST}/a", "v1.0.0")
    lock = UNIVERSE.lock(root("x", {"a": other}), own=OWN)
    assert [f.code for f in findings(lock, root("x", {"a": constraint}))] == ["XP151"]


def test_a_dependency_that_is_not_locked() -> None:
    entries = (*NEEDS, *root("y", {"p-c": "*"}))
    (found,) = findings(LOCK, entries)
    assert (found.code, found.severity) == ("XP152", ERROR)
    assert found.message == f"{HOST}/p-c is not in xpkg.lock, but the package depends on it."
    assert found.path == "packages/y/crossplane.yaml"
    assert found.position is not None and found.position.line == 7


def test_a_locked_package_that_nothing_needs() -> None:
    found = findings(LOCK, root("x", {"b": "*"}))
    assert [(f.code, f.severity, f.path) for f in found] == [("XP153", WARNING, "xpkg.lock")]
    assert f"Nothing depends on {HOST}/a any more." in found[0].message
    assert found[0].position is not None
    assert found[0].position.source == f'      "source": "{HOST}/a",'


def test_a_package_of_another_kind() -> None:
    entries = root("x", {"a": "*", "p-c": "*"})
    package = UNIVERSE.lock(entries, own=OWN).find(f"{HOST}/p-c")
    assert package is not None
    lock = Lock((*LOCK.packages, replace(package, kind="Function")))
    assert [f.code for f in findings(lock, entries)] == ["XP154"]


def test_a_lock_that_contradicts_itself() -> None:
    a, b = LOCK.packages
    (found,) = findings(Lock((a,)), NEEDS)
    assert (found.code, found.path) == ("XP152", "xpkg.lock")
    assert f"{HOST}/b is not in xpkg.lock, but {HOST}/a depends on it." in found.message
    (found,) = findings(Lock((a, replace(b, version="v0.9.0"))), NEEDS)
    assert (found.code, found.path) == ("XP151", "xpkg.lock")
    assert found.position is not None and found.position.line == 5


def test_what_other_rules_report_is_not_reported_twice() -> None:
    wrong = root("x", {"team/z": "*", f"{HOST}/z:v1.0.0": "*", f"{HOST}/z": "newest"})
    assert findings(LOCK, (*NEEDS, *wrong)) == ()


def test_a_lock_that_cannot_be_read() -> None:
    (found,) = check_lock(b"{", "xpkg.lock", NEEDS, OWN, "xpkg lock")
    assert found.code == "XP150"


def test_what_is_said_of_a_place_is_not_said_again() -> None:
    found = findings(LOCK, root("x", {"a": "v2.0.0", "p-c": "*"}))
    assert [f.code for f in found] == ["XP151", "XP152"]
    constraint, missing = found
    assert unsaid(found, ()) == found
    pin = constraint._replace(code="XP132", message="It cannot be pinned.")
    assert unsaid(found, [pin]) == (missing,)
    assert unsaid(found, [missing]) == (constraint,)
    kind = constraint._replace(code="XP154")
    assert unsaid([kind], [pin]) == ()
    # Another finding in the same place is about something else.
    assert unsaid(found, [constraint._replace(code="XP130")]) == found
