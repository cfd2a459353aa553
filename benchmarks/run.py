"""Measures everything, and prints one table of medians and ratios (docs/performance.md).

    python3.9 benchmarks/run.py --corpus DIR --cli CROSSPLANE

Everything is measured side by side, round by round, so that a noisy machine affects all alike.
Ratios matter: seconds differ from machine to machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

# Run as a file, Python looks for modules beside it, and not where the package `benchmarks` is.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generate import positive
from benchmarks.inputs import QUICK, InputError, Inputs, Sizes
from benchmarks.measuring import ProgramError, Sample
from benchmarks.rounds import Round
from benchmarks.saved import load, save
from benchmarks.suite import CASES
from benchmarks.table import Figures, as_markdown, as_text, lines


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="tiny inputs, one round: a trial")
    parser.add_argument("--runs", type=positive, metavar="N", help="rounds (default: 3)")
    parser.add_argument(
        "--only", nargs="+", choices=names, metavar="CASE", help=f"some of: {', '.join(names)}"
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        help="a folder with the sources of provider-aws and provider-upjet-aws, or a tar of these",
    )
    parser.add_argument(
        "--large", type=Path, help="a package's folder, or a tar, in place of provider-upjet-aws"
    )
    parser.add_argument("--cli", type=Path, metavar="FILE", help="the Crossplane CLI")
    parser.add_argument(
        "--python",
        type=Path,
        metavar="FILE",
        help="an interpreter with the tool's libraries (default: create an environment)",
    )
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the figures to FILE, as JSON"
    )
    parser.add_argument(
        "--compare", type=Path, metavar="FILE", help="compare with the figures of an earlier run"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    options = arguments(argv)
    with tempfile.TemporaryDirectory(prefix="xpkg-benchmark-") as folder:
        inputs = Inputs(
            Path(folder),
            QUICK if options.quick else Sizes(),
            _absolute(options.large),
            _absolute(options.corpus),
            _absolute(options.cli),
            # Not resolved: an environment is recognized by the link to its interpreter.
            options.python and options.python.absolute(),
        )
        try:
            return measure(inputs, options)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return 130


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def measure(inputs: Inputs, options: argparse.Namespace) -> int:
    """Runs the requested cases and prints the table; returns 1 if a case failed."""
    asked = [case for case in CASES if not options.only or case.name in options.only]
    runs = options.runs or (1 if options.quick else 3)
    figures: dict[str, list[Sample]] = {}
    try:
        earlier = load(options.compare) if options.compare else {}
        notes = {c.name: f"was left out: {c.missing(inputs)}" for c in asked if c.missing(inputs)}
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    failed = False
    for number in range(runs):
        with tempfile.TemporaryDirectory(prefix="round-", dir=inputs.folder) as folder:
            round = Round(inputs, Path(folder), figures)
            for case in asked:
                if case.name in notes:
                    continue
                print(f"round {number + 1} of {runs}: {case.name}", file=sys.stderr, flush=True)
                try:
                    case.measure(round)
                # The results of the other cases are still useful.
                except ProgramError as error:
                    notes[case.name] = f"failed in round {number + 1}: {error}"
                    failed = True
    print(report(figures, options, runs, notes, earlier))
    if options.save:
        try:
            save(figures, options.save)
        except OSError as error:
            print(f"error: {options.save} cannot be written: {error.strerror}", file=sys.stderr)
            failed = True
    return int(failed)


def report(
    figures: Figures,
    options: argparse.Namespace,
    runs: int,
    notes: Mapping[str, str],
    earlier: Figures,
) -> str:
    """The table, with notes for the reader."""
    # Of all cases, so that a yardstick that another case needed is shown, too.
    sections = [section for case in CASES for section in case.sections]
    table = lines(sections, figures, not options.quick, earlier)
    text = as_markdown(table) if options.markdown else as_text(table)
    rounds = f"Medians of {runs} {'round' if runs == 1 else 'rounds'}"
    about = [f"{rounds}, {os.cpu_count()} cores, CPython {platform.python_version()}."]
    if earlier:
        about.append(f"Earlier: {options.compare}.")
    if options.quick:
        about.append("The inputs are tiny: the figures mean nothing, nor do the titles.")
    return "\n".join([text, "", *about, *(f"{name} {note}" for name, note in notes.items())])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
