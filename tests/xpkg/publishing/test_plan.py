"""What follows from a plan, without an engine."""

from __future__ import annotations

from dataclasses import replace

from pants.engine.addresses import Address

from xpkg.publishing.candidate import Candidate
from xpkg.publishing.destinations import Destination
from xpkg.publishing.plan import (
    PackagePlan,
    PublishPlan,
    ReferencePlan,
    in_order,
    predecessors,
    settle,
)
from xpkg.registries import Registry
from xpkg_tool.messages.plan import Action, PlannedReference

REGISTRY = Registry("registry.example.org")
LEFT_OUT, NOT_ASKED_FOR = Action.LEFT_OUT, Action.NOT_ASKED_FOR
PUSH, REFUSED, UP_TO_DATE = Action.PUSH, Action.REFUSED, Action.UP_TO_DATE


def address(name: str) -> Address:
    return Address(name)


def candidate(name: str, *dependencies: str) -> Candidate:
    return Candidate(address(name), "sha256:1", dependencies=tuple(map(address, dependencies)))


def package(name: str, actions: tuple[Action, ...], *dependencies: str) -> PackagePlan:
    destinations = [Destination(REGISTRY, name, f"v{n}") for n in range(len(actions))]
    references = tuple(
        ReferencePlan(to, PlannedReference(to.reference, "sha256:1", None, action, ""))
        for to, action in zip(destinations, actions)
    )
    return PackagePlan(candidate(name, *dependencies), references)


def actions(packages: tuple[PackagePlan, ...]) -> dict[str, list[Action]]:
    return {p.address.spec_path: [r.action for r in p.references] for p in packages}


def settled(*packages: PackagePlan, named: str, option: bool = True) -> dict[str, list[Action]]:
    return actions(settle(packages, map(address, named), publish_dependencies=option))


def test_dependencies_come_first() -> None:
    given = [candidate("a", "b", "c"), candidate("b", "c"), candidate("c"), candidate("z")]
    assert [c.address.spec_path for c in in_order(given)] == ["c", "z", "b", "a"]


def test_one_reference_that_is_refused_leaves_out_its_package_and_dependents() -> None:
    middle, top = package("b", (PUSH, REFUSED, UP_TO_DATE)), package("a", (PUSH, UP_TO_DATE), "b")
    assert settled(middle, top, named="ab") == {
        "a": [LEFT_OUT, UP_TO_DATE],
        "b": [LEFT_OUT, REFUSED, UP_TO_DATE],
    }


def test_a_dependent_that_is_up_to_date_is_not_touched_by_it() -> None:
    assert settled(package("b", (REFUSED,)), package("a", (UP_TO_DATE,), "b"), named="ab") == {
        "a": [UP_TO_DATE],
        "b": [REFUSED],
    }


def test_what_was_not_asked_for_is_left_to_its_owner_on_request() -> None:
    chain = (
        package("c", (PUSH,)),
        package("b", (UP_TO_DATE,), "c"),
        package("a", (PUSH,), "b", "c"),
    )
    assert settled(*chain, named="a") == {"a": [PUSH], "b": [UP_TO_DATE], "c": [PUSH]}
    assert settled(*chain, named="a", option=False) == {
        "a": [LEFT_OUT],
        "b": [UP_TO_DATE],
        "c": [NOT_ASKED_FOR],
    }
    assert settled(*chain, named="ac", option=False)["a"] == [PUSH]


def test_the_last_ones_before_a_package_are_enough() -> None:
    diamond = (
        package("d", (PUSH,)),
        package("b", (PUSH,), "d"),
        # What is up to date is not waited for, but what that depends on is.
        package("c", (PUSH,), "d", "x"),
        package("a", (PUSH,), "b", "c", "d", "x"),
        package("other", (PUSH,)),
    )
    assert predecessors(diamond) == [(), (0,), (0,), (1, 2), ()]
    chain = tuple(package(f"p{n}", (PUSH,), *(f"p{m}" for m in range(n))) for n in range(50))
    assert predecessors(chain) == [(), *((n,) for n in range(49))]


def test_a_pinned_package_is_refused_because_of_what_it_is_pinned_to() -> None:
    """Its own files are as they were. What is not a part of its bytes is no reason."""
    base, same, top = (
        package("c", (REFUSED,)),
        package("b", (UP_TO_DATE,)),
        package("a", (REFUSED, UP_TO_DATE), "b", "c", "d"),
    )
    (up_to_date,) = same.references
    same = replace(
        same,
        references=(replace(up_to_date, planned=up_to_date.planned._replace(remote="sha256:1")),),
    )
    loose = package("d", (REFUSED,))
    pinned = replace(top.candidate, pinned_to=(address("b"), address("c")))
    given = (base, same, loose, replace(top, candidate=pinned))
    found = settle(given, map(address, "a"), publish_dependencies=True)
    whys = [r.planned.why for r in found[-1].references]
    assert whys == ["; it is pinned to c:c, which changed", ""]
    unpinned = settle((base, same, loose, top), map(address, "a"), publish_dependencies=True)
    assert [r.planned.why for r in unpinned[-1].references] == ["", ""]


def test_who_reports_a_dependency_that_is_not_named() -> None:
    packages = (package("c", (PUSH,)), package("a", (PUSH,), "c"), package("b", (PUSH,), "c"))
    plan = PublishPlan((address("b"), address("a")), packages)
    assert [p.address.spec_path for p in plan.reported_by(address("a"))] == ["c", "a"]
    assert [p.address.spec_path for p in plan.reported_by(address("b"))] == ["b"]
