"""What `--publish-output` and the lines of the goal say of each reference."""

from __future__ import annotations

from pants.core.goals.publish import PublishPackages
from pants.engine.addresses import Address

from xpkg.publishing.candidate import Candidate
from xpkg.publishing.destinations import Destination
from xpkg.publishing.few_processes import Sent
from xpkg.publishing.outcome import Published, ReferenceOutcome, reason_of
from xpkg.publishing.plan import PackagePlan, ReferencePlan
from xpkg.publishing.report import Reporter, planned_word
from xpkg.registries import Registry
from xpkg_tool.diagnostics.errors import REFUSED, publish_error
from xpkg_tool.messages.plan import Action, PlannedReference
from xpkg_tool.messages.publish import Transfer

TO = Destination(Registry("registry.example.org"), "a", "v1")


def planned(action: Action) -> ReferencePlan:
    return ReferencePlan(TO, PlannedReference(TO.reference, "sha256:1", None, action, "why"))


def entry(outcome: ReferenceOutcome) -> PublishPackages:
    package = PackagePlan(Candidate(Address("p"), "sha256:1"), (outcome.plan,))
    (found,) = Reporter().entries(Published(package, (outcome,)), named=True)
    return found


def test_a_refusal_is_told_by_when_it_came() -> None:
    """In capitals where it was planned, as in the table; else a registry said so while sending."""
    outcome = ReferenceOutcome(planned(Action.REFUSED), Action.REFUSED, "why", "all of it")
    data = entry(outcome).data
    assert data["action"] == "REFUSED" and "requests" not in data
    outcome = ReferenceOutcome(
        planned(Action.PUSH), Action.REFUSED, "", "all of it", transfer=Transfer(requests=2)
    )
    data = entry(outcome).data
    assert (data["action"], data["requests"]) == ("refused", 2)


def test_no_other_word_is_in_capitals() -> None:
    words = {planned_word(action) for action in Action}
    assert words == {"REFUSED", *(action.value for action in Action)} - {"refused"}


def test_what_was_sent_is_one_line() -> None:
    transfer = Transfer(1_234, 5, 2, 1, 1, requests=9, seconds=0.251)
    outcome = ReferenceOutcome(planned(Action.PUSH), Action.PUSHED, "why", transfer=transfer)
    sent = entry(outcome)
    assert isinstance(sent, Sent)
    assert sent.line == (
        "pushed: registry.example.org/a:v1 sha256:1 (2 blobs, 1,234 bytes sent; "
        "1 blob, 5 bytes skipped; 1 blob mounted; 9 requests; 0.25 s)"
    )


def test_the_reason_of_what_failed_while_it_was_sent() -> None:
    """As `--publish-output` has it: the sentence of the error."""
    error = publish_error(REFUSED, "The tag v1 has another digest now.", "Run it again.")
    assert reason_of(error.at("registry.example.org/a:v1").without_place) == (
        "The tag v1 has another digest now"
    )
    assert reason_of("") == ""
