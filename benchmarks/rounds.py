"""A round of all cases, and the definition of a case."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import measuring
from benchmarks.inputs import PLUGINS, PROJECT, Inputs
from benchmarks.measuring import Sample
from benchmarks.pants_runs import TRIVIAL_PLUGINS, Repository, warm_store
from benchmarks.table import Section


@dataclass
class Round:
    """The context of a round: the inputs, its scratch space, and where samples go."""

    inputs: Inputs
    folder: Path
    figures: dict[str, list[Sample]]
    _yardsticks: set[str] = field(default_factory=set)

    @property
    def repeats(self) -> range:
        """How often measurements of a second or less are repeated in this round."""
        return range(self.inputs.sizes.repeats)

    def note(self, figure: str, sample: Sample) -> None:
        self.figures.setdefault(figure, []).append(sample)

    def yardstick(self, figure: str, packages: Path) -> None:
        """Measures the yardstick on some packages, at most once per round."""
        if figure not in self._yardsticks:
            self._yardsticks.add(figure)
            script = PROJECT / "benchmarks" / "yardstick.py"
            done = measuring.run((self.inputs.python, script, packages))
            self.note(figure, done.sample)

    def work(self, *arguments: str | Path) -> measuring.Finished:
        """Runs a function of work.py in a separate process."""
        script = PROJECT / "benchmarks" / "work.py"
        return measuring.run((self.inputs.python, script, *arguments))

    def tool(self, *arguments: str | Path) -> Sample:
        """Runs a command of `xpkg`."""
        module = ("-m", "xpkg_tool.cli")
        environment = {"PYTHONPATH": str(PLUGINS)}
        return measuring.run((self.inputs.python, *module, *arguments), env=environment).sample

    @contextlib.contextmanager
    def repository(self, name: str, plugins: Path = PLUGINS) -> Iterator[Repository]:
        """A warm repository for our goals in a new folder `name`, removed afterwards."""
        warm = self.inputs.folder / "warm-store"
        if not warm.exists():
            warm_store(self.folder / "warm-up", warm)
        made = Repository(self.folder / name, plugins, "xpkg", warm)
        try:
            made.warm_up()
            yield made
        finally:
            made.close()

    @contextlib.contextmanager
    def trivial_repository(self, name: str, *, loaded: bool = False) -> Iterator[Repository]:
        """A repository for Pants' own floor, whose packages are built by `true`. `loaded`: with the
        backend, whose rules and options are there for nothing."""
        beside = {"xpkg": PLUGINS} if loaded else {}
        made = Repository(self.folder / name, TRIVIAL_PLUGINS, "trivial", beside=beside)
        try:
            made.warm_up()
            yield made
        finally:
            made.close()


@dataclass(frozen=True)
class Case:
    """What `--only` names: measurements that need each other, and the lines that show them.

    `missing` says what the inputs lack for it, or nothing.
    """

    name: str
    sections: tuple[Section, ...]
    measure: Callable[[Round], None]
    missing: Callable[[Inputs], str | None] = lambda inputs: None


def no_large(inputs: Inputs) -> str | None:
    return None if inputs.upjet else "give --large or --corpus"


def no_corpus(inputs: Inputs) -> str | None:
    return None if inputs.upjet or inputs.aws else "give --corpus or --large"
