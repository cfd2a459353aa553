"""Measures everything, and prints one table of medians and ratios (docs/performance.md).

    python3.9 benchmarks/run.py --corpus DIR --cli CROSSPLANE

All that takes part is measured side by side, round by round, so that a noisy machine hits all
alike. Ratios are what counts: seconds differ from machine to machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from inputs import QUICK, InputError, Inputs, Sizes
from measuring import ProgramError, Sample
from rounds import Case, Round
from suite import CASES
from table import as_markdown, as_text, lines


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="tiny inputs, one round: a trial")
    parser.add_argument("--runs", type=int, metavar="N", help="rounds (default: 3)")
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
        help="an interpreter with the tool's libraries (default: an environment is made)",
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
            # Not resolved: the link in an environment is what makes it one.
            options.python and options.python.absolute(),
        )
        try:
            print(measured(inputs, options))
        except (InputError, ProgramError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 0


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def measured(inputs: Inputs, options: argparse.Namespace) -> str:
    """Runs the cases that were asked for, and returns the table and what was left out."""
    asked = [case for case in CASES if not options.only or case.name in options.only]
    reasons = {case.name: case.missing(inputs) for case in asked}
    runs = options.runs or (1 if options.quick else 3)
    figures: dict[str, list[Sample]] = {}
    for number in range(runs):
        with tempfile.TemporaryDirectory(prefix="round-", dir=inputs.folder) as folder:
            one_round(
                Round(inputs, Path(folder), figures),
                [case for case in asked if not reasons[case.name]],
                f"round {number + 1} of {runs}",
            )
    # A yardstick that some case needed is shown, too.
    sections = [section for case in CASES for section in case.sections]
    table = lines(sections, figures, judge=not options.quick)
    text = as_markdown(table) if options.markdown else as_text(table)
    notes = [f"{name} was not measured: {reason}" for name, reason in reasons.items() if reason]
    if options.quick:
        notes.append(
            "Tiny inputs: these figures mean nothing, and the titles' numbers are not theirs."
        )
    return "\n".join([text, "", f"Medians of {runs} rounds.", *notes])


def one_round(round: Round, cases: Sequence[Case], words: str) -> None:
    for case in cases:
        print(f"{words}: {case.name}", file=sys.stderr, flush=True)
        case.measure(round)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
