"""Reports many published references with one process.

The goal calls a reference published when a process of its own has run, and runs these one after
another: 10 ms each, which is most of the time of publishing small packages. So the lines of all
references are printed by the process of the last one, and are among its names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Sequence, TypeVar

from pants.core.goals.publish import PublishOutputData, PublishPackages
from pants.engine.process import InteractiveProcess

from xpkg.publishing.log_commands import without_commands

# An argument of a process has at most 128 KiB, and all together 2 MiB.
_ARGUMENT_CHARACTERS = 30_000
_MOST_LINES = 1_000

T = TypeVar("T")


@dataclass(frozen=True)
class Sent(PublishPackages):
    """A reference that was sent: its name, and where it is published to (`description`). `line` is
    to be printed."""

    line: str = ""

    def get_output_data(self, **extra_data: Any) -> PublishOutputData:
        data = super().get_output_data(**extra_data)
        if self.process is None:
            status = f"published to {self.description}"
            data = PublishOutputData({**data, "published": True, "status": status, "exit_code": 0})
        return data


def with_few_processes(
    entries: Mapping[T, Sequence[PublishPackages]], sigil: str
) -> dict[T, tuple[PublishPackages, ...]]:
    """The entries, with processes for what was sent. The goal puts the `sigil` before a name."""
    new = {key: list(found) for key, found in entries.items()}
    places = [
        (key, number, entry)
        for key, found in entries.items()
        for number, entry in enumerate(found)
        if isinstance(entry, Sent)
    ]
    for start in range(0, len(places), _MOST_LINES):
        group = places[start : start + _MOST_LINES]
        for key, number, entry in group:
            new[key][number] = _named(entry, (), None)
        key, number, last = group[-1]
        # The goal adds to a name where it is published to, and a full stop.
        others = [f"{e.names[0]} published to {e.description}." for _, _, e in group[:-1]]
        names = f"\n{sigil} ".join([*others, last.names[0]])
        text = "\n".join(entry.line for _, _, entry in group)
        new[key][number] = _named(last, (names,), printing(text, exit_code=0))
    return {key: tuple(found) for key, found in new.items()}


def _named(entry: Sent, names: tuple[str, ...], process: InteractiveProcess | None) -> Sent:
    """The entry with other names for the goal to show; `--publish-output` has its own."""
    data = PublishOutputData({**entry.data, "names": entry.names})
    return replace(entry, names=names, process=process, data=data)


def printing(text: str, *, exit_code: int) -> InteractiveProcess:
    """A process that prints `text`, if any: to standard error when the exit code is not 0."""
    if not text:
        return InteractiveProcess(argv=("/bin/sh", "-c", f"exit {exit_code}"))
    # The text is in arguments, not part of the script, so that nothing in it is run.
    text = without_commands(text)
    stream = ">&2" if exit_code else ""
    script = f'printf %s "$@" {stream}; exit {exit_code}'
    chunks = [
        text[start : start + _ARGUMENT_CHARACTERS]
        for start in range(0, len(text), _ARGUMENT_CHARACTERS)
    ]
    return InteractiveProcess(argv=("/bin/sh", "-c", script, "sh", *chunks, "\n"))
