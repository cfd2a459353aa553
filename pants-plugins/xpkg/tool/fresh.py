"""Results that hold for one run of Pants."""

from __future__ import annotations

from pants.engine.engine_aware import EngineAwareReturnType


class Fresh(EngineAwareReturnType):
    """The result of a rule that runs anew in each run of Pants, however long its daemon lives.

    It is not enough that the processes below are scoped to the session. To find out whether a kept
    result is still valid, the engine requests again, all at once, everything that it was made from:
    the process that looked up the references, and at the same time the process that published what
    the earlier run had to publish. So an old package would be published again, before the plan says
    whether it should be.
    """

    def cacheable(self) -> bool:
        return False
