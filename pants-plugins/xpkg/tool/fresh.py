"""Results that hold for one run of Pants."""

from __future__ import annotations

from pants.engine.engine_aware import EngineAwareReturnType


class Fresh(EngineAwareReturnType):
    """The result of a rule that runs anew in each run of Pants, however long its daemon lives.

    It is not enough that the processes below are scoped to the session. Where a rule's result was
    kept from an earlier run, the engine finds out whether it still holds by asking again, all at
    once, for everything that it was made from then: the process that looked up the references, and
    at the same time the process that published what the earlier run had to publish. So an old
    package would be published again, before anybody knows whether it is still wanted.
    """

    def cacheable(self) -> bool:
        return False
