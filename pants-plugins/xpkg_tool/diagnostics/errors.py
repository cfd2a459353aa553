"""The one error of publishing: what went wrong, where, and the remedy."""

from __future__ import annotations

import os

from xpkg_tool.diagnostics.finding import Finding, Position, render
from xpkg_tool.diagnostics.rule import Rule

INTERNAL = Rule("XP000", "internal-error", "The tool itself failed.", fatal=True)

REFERENCE = Rule("publish-reference", "publish-reference", "The reference is not valid.")
ARCHIVE = Rule("publish-archive", "publish-archive", "The package's file cannot be published.")
CREDENTIALS = Rule("publish-credentials", "publish-credentials", "The credentials cannot be used.")
REGISTRY = Rule("publish-registry", "publish-registry", "The registry could not be queried.")
DENIED = Rule("publish-denied", "publish-denied", "The registry denies access.")
LAYOUT = Rule("publish-layout", "publish-layout", "The directory cannot be used.")
SETTINGS = Rule("publish-settings", "publish-settings", "The registry is configured wrongly.")
REFUSED = Rule("publish-refused", "publish-refused", "A release exists with another digest.")


class PublishError(Exception):
    """Something cannot be published. `finding` has the sentence, the place (`path` is the reference
    or the file) and the remedy; `str()` is the finding as text. Never holds a secret."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding

    def __str__(self) -> str:
        return render(self.finding)

    @property
    def without_place(self) -> str:
        """The text without its place: equal for all that share the error."""
        return render(self.finding._replace(path=""))

    def at(self, place: str) -> PublishError:
        """The same error, with `place` as its place unless it has one (or shows its text)."""
        if self.finding.path or self.finding.position:
            return self
        return PublishError(self.finding._replace(path=place))


def internal_error(error: Exception) -> PublishError:
    """For what should not happen. The text of `error` is left out: it may hold a secret."""
    where, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        where, trace = f"{os.path.basename(code.co_filename)}:{trace.tb_lineno}", trace.tb_next
    return publish_error(
        INTERNAL,
        f"The tool itself failed: {type(error).__name__} at {where}",
        "This is a bug of pants-xpkg: please report it with the command that causes it.",
    )


def publish_error(
    rule: Rule, message: str, remedy: str, *, path: str = "", position: Position | None = None
) -> PublishError:
    return PublishError(rule.finding(message, remedy, path, position))
