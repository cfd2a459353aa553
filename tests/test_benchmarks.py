"""The benchmarks measure what they say, as far as that shows without Pants and on tiny inputs."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from benchmarks import measuring
from benchmarks.generate import generate
from benchmarks.inputs import InputError, Inputs, Sizes
from benchmarks.measuring import ProgramError, Sample, ToolWatch
from benchmarks.saved import load, save
from benchmarks.suite import CASES
from benchmarks.table import HEADER, Row, Section, as_markdown, as_text, lines

PROJECT = Path(__file__).resolve().parents[1]
RUN = str(PROJECT / "benchmarks" / "run.py")
PAGE = (PROJECT / "docs" / "performance.md").read_text("utf-8")
ROWS = [row for case in CASES for section in case.sections for row in section.rows]
MIB = 2**20
VERDICT = HEADER.index("verdict")


def benchmark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, RUN, *arguments)
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def cells(row: Row, figures: dict[str, list[Sample]], judge: bool = True) -> tuple[str, ...]:
    _, found = lines([Section("Section", (row,))], figures, judge)
    return found


FIGURES = {
    "floor": [Sample(1.0)],
    "least": [Sample(9.0), Sample(2.0), Sample(2.0)],
    "case": [Sample(3.0, 100 * MIB, 0), Sample(2.0, 300 * MIB, 2), Sample(8.0, 200 * MIB, 1)],
}


def test_a_line_has_medians_of_seconds_and_the_worst_of_all_else() -> None:
    row = Row("case", "Title", "least", "floor", "words", at_most=1.0)
    assert cells(row, FIGURES) == (
        *("Title", "3.00", "2.00", "8.00", "words", "1.00"),
        *("1", "met", "300", "2", "", ""),
    )


@pytest.mark.parametrize(
    ("row", "ratio", "bound", "verdict"),
    [
        (Row("case", "", "least"), "1.50", "", ""),
        (Row("case", "", "least", at_most=1.5), "1.50", "1.5", "met"),
        (Row("case", "", "least", at_most=1.4), "1.50", "1.4", "not met: time"),
        (Row("case", "", "", "floor", at_most=2), "2.00 s", "2 s", "met"),
        (Row("case", "", "", "floor", at_most=1.9), "2.00 s", "1.9 s", "not met: time"),
        (Row("case", "", memory=300 * MIB), "", "300 MiB", "met"),
        (
            Row("case", "", "least", at_most=1, memory=299 * MIB, processes=1),
            *("1.50", "1, 299 MiB, 1 process", "not met: time, memory, processes"),
        ),
        # What is not known is neither met nor missed.
        (Row("floor", "", memory=1, processes=0), "", "0 MiB, 0 processes", ""),
        (Row("case", "", "was not measured", at_most=1), "", "1", ""),
        (Row("case", "", "least", "was not measured", at_most=1), "", "1", ""),
    ],
)
def test_a_verdict_holds_each_bound_to_what_is_known(
    row: Row, ratio: str, bound: str, verdict: str
) -> None:
    assert cells(row, FIGURES)[5:8] == (ratio, bound, verdict)
    assert cells(row, FIGURES, judge=False)[5:8] == (ratio, "", "")


def test_what_was_not_measured_has_no_line() -> None:
    sections = [
        Section("None of it", (Row("other", "Other"),)),
        Section("Some", (Row("other", "Other"), Row("floor", "Floor"))),
    ]
    table = lines(sections, FIGURES, judge=True)
    assert [line[0] for line in table] == ["Some", "Floor"]
    assert as_text(table).splitlines()[1:3] == ["", "Some"]
    assert as_markdown(table).splitlines()[2:] == [
        "| **Some** | | | | | | | |",
        "| Floor | 1.00 | | | | | | |",
    ]


def test_columns_that_say_nothing_are_left_out() -> None:
    one_round = lines([Section("Section", (Row("floor", "Floor"),))], FIGURES, judge=True)
    assert as_text(one_round).split()[:3] == ["case", "median", "s"]
    assert "min s" not in as_text(one_round) and "earlier s" not in as_markdown(one_round)
    three = lines([Section("Section", (Row("case", "Case"),))], FIGURES, judge=True)
    assert as_markdown(three).splitlines()[0].startswith("| case | median s | min s | max s |")


@pytest.mark.parametrize(
    ("now", "earlier", "change"),
    [
        ([2.0], [], ("", "")),
        ([2.0], [4.0], ("4.00", "0.50")),
        ([2.0, 3.0, 4.0], [1.0, 1.5, 1.9], ("1.50", "2.00 slower")),
        ([2.0, 3.0, 4.0], [5.0, 6.0, 7.0], ("6.00", "0.50 faster")),
        # The ranges overlap: it may be noise.
        ([2.0, 3.0, 4.0], [1.0, 1.5, 2.1], ("1.50", "2.00")),
    ],
)
def test_a_change_is_called_one_when_the_ranges_do_not_overlap(
    now: list[float], earlier: list[float], change: tuple[str, str]
) -> None:
    row = Row("case", "Title")
    before = {"case": [Sample(seconds) for seconds in earlier]}
    figures = {"case": [Sample(seconds) for seconds in now]}
    _, found = lines([Section("Section", (row,))], figures, True, before)
    assert found[-2:] == change


def test_figures_are_saved_and_compared(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    save(FIGURES, file)
    assert load(file) == FIGURES
    one = ("--quick", "--only", "yardstick", "--python", sys.executable)
    first = benchmark(*one, "--runs", "2", "--save", file)
    assert first.returncode == 0, first.stderr
    assert "min s" in first.stdout and "earlier s" not in first.stdout
    second = benchmark(*one, "--compare", file)
    assert re.search(r"^200 packages +\d.*\d\.\d\d$", second.stdout, re.MULTILINE), second.stdout
    assert f"Earlier: {file}." in second.stdout
    for text, words in (("{", "is not a file that --save has written"), (None, "cannot be read")):
        other = tmp_path / "other"
        if text is not None:
            other.write_text(text)
        else:
            other.unlink()
        wrong = benchmark(*one, "--compare", other)
        assert wrong.returncode == 1 and words in wrong.stderr, wrong.stderr


def test_every_line_is_held_to_something_that_is_measured() -> None:
    figures = {row.figure for row in ROWS}
    for row in ROWS:
        assert {row.against, row.beyond} - {""} <= figures, row
        assert bool(row.against_title) == bool(row.against or row.beyond), row
        assert row.at_most is None or row.against or row.beyond, row


def test_the_generated_packages_are_the_same_in_every_run(tmp_path: Path) -> None:
    def files(folder: str, packages: int) -> dict[str, bytes]:
        generate(tmp_path / folder, packages, 2, 3_000, pants=False)
        found = (tmp_path / folder / "packages" / "p000").rglob("*.yaml")
        return {path.name: path.read_bytes() for path in found}

    assert files("one", 1) == files("several", 3)
    assert [len(data) > 2_500 for data in files("again", 1).values()].count(True) == 2


def archive_of(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:xz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_a_real_package_is_its_definitions_and_its_meta_object(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path / "provider-upjet-aws.tar.xz",
        {
            "p/package/crds/a.yaml": "a: 1\n",
            "p/package/crds/b.yaml": "b: 1\n",
            "p/package/auth.yaml": "not: a Kubernetes object\n",
            "p/package/crossplane.yaml.tmpl": "{{ template }}\n",
            "../outside/crds/c.yaml": "c: 1\n",
        },
    )
    inputs = Inputs(tmp_path / "scratch", Sizes(), corpus=tmp_path)
    assert inputs.upjet is not None
    found = {str(p.relative_to(inputs.upjet)) for p in inputs.upjet.rglob("*") if p.is_file()}
    name = "provider-upjet-aws"
    assert found == {f"{name}/{file}" for file in ("crossplane.yaml", "crds/a.yaml", "crds/b.yaml")}
    assert f"name: {name}\n" in (inputs.upjet / name / "crossplane.yaml").read_text()
    assert not list(tmp_path.rglob("outside"))
    limited = Inputs(tmp_path / "limited", Sizes(definitions=1), large=archive).upjet
    assert limited is not None
    assert [p.name for p in limited.rglob("crds/*")] == ["a.yaml"]


def test_a_package_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("no archive")
    for name, words in (
        ("missing", "does not exist"),
        ("empty", "has no folder crds"),
        ("text", "cannot be unpacked"),
    ):
        with pytest.raises(InputError, match=words):
            assert Inputs(tmp_path / "scratch", Sizes(), large=tmp_path / name).upjet
    assert Inputs(tmp_path, Sizes()).upjet is None


def test_the_peak_is_that_of_the_program(tmp_path: Path) -> None:
    program = "bytearray(b'x') * 200_000_000"
    # A process of its own measures: what its parent holds counts, and pytest may hold more.
    measure = (
        "import sys; from benchmarks.measuring import run; print(run(sys.argv[1:]).sample.peak)"
    )
    peak = subprocess.check_output(
        [sys.executable, "-c", measure, sys.executable, "-c", program],
        env={"PYTHONPATH": str(PROJECT)},
    )
    assert 200_000_000 < int(peak) < 300_000_000
    with pytest.raises(ProgramError, match=r"ended with 3:\nwords"):
        measuring.run([sys.executable, "-c", "import sys; print('words'); sys.exit(3)"])
    with pytest.raises(ProgramError, match=r"cannot be run: No such file"):
        measuring.run([tmp_path / "missing"])


@pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="this system has no /proc to watch"
)
@pytest.mark.allow_skip_in_ci("macOS has no /proc")
def test_the_tools_processes_are_watched_and_no_others(tmp_path: Path) -> None:
    tool = tmp_path / "xpkg-tool" / "run.py"
    tool.parent.mkdir()
    # One that starts another, as processes that share the work do.
    tool.write_text(
        "import subprocess, sys, time\n"
        "held = bytearray(b'x') * 60_000_000\n"
        "if sys.argv[1:]:\n"
        "    subprocess.run([sys.executable, '-c', 'import time; time.sleep(0.3)'])\n"
        "time.sleep(0.3)\n"
    )
    parent = (
        "import subprocess, sys\n"
        "tool = sys.argv[1]\n"
        "running = [subprocess.Popen([sys.executable, tool, *more]) for more in ([], ['child'])]\n"
        "other = bytearray(b'x') * 100_000_000\n"
        "assert [process.wait() for process in running] == [0, 0]\n"
    )
    watch = ToolWatch()
    # The same program, but not started by what is watched.
    stranger = subprocess.Popen([sys.executable, tool])
    with watch.watching():
        measuring.run([sys.executable, "-c", parent, tool], started=watch.below)
    assert stranger.wait() == 0
    assert watch.count == 2
    assert watch.peak is not None
    assert 120_000_000 < watch.peak < 220_000_000


def test_what_needs_no_pants_runs(tmp_path: Path) -> None:
    generate(tmp_path / "large", 1, 4, 3_000, pants=False)
    cli = tmp_path / "crossplane"
    cli.write_text('#!/bin/sh\n[ "$1 $2" = "xpkg build" ]\n')
    cli.chmod(0o755)
    done = benchmark(
        *("--quick", "--only", "alone", "cli", "large", "--markdown"),
        *("--python", sys.executable, "--cli", cli),
    )
    assert done.returncode == 0, done.stderr
    table = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    seconds = {line[0].strip("| "): line[1] for line in table}
    assert float(seconds["200 packages, all in one process"]) > 0
    assert float(seconds["200 packages, two at once"]) > 0
    assert "large was left out: give --large or --corpus" in done.stdout
    large = benchmark(
        *("--quick", "--only", "alone", "--python", sys.executable),
        *("--large", tmp_path / "large" / "packages" / "p000"),
    )
    assert large.returncode == 0, large.stderr
    for line in ("xpkg lint", "xpkg verify", "its package.yaml, packed"):
        assert re.search(rf"^{line} +\d+\.\d\d ", large.stdout, re.MULTILINE), large.stdout


def test_a_case_that_fails_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    cli = tmp_path / "crossplane"
    cli.write_text("#!/bin/sh\necho no such command\nexit 4\n")
    cli.chmod(0o755)
    done = benchmark(
        *("--quick", "--only", "yardstick", "cli", "--python", sys.executable, "--cli", cli)
    )
    assert done.returncode == 1
    assert "cli failed in round 1: " in done.stdout
    assert "ended with 4:\nno such command" in done.stdout
    assert re.search(r"^200 packages +\d", done.stdout, re.MULTILINE)
    wrong = benchmark("--quick", "--only", "large", "--large", tmp_path / "missing")
    assert wrong.returncode == 1
    assert "missing does not exist" in wrong.stderr
    assert "Traceback" not in done.stderr + wrong.stderr


def test_the_page_names_every_case_and_shows_lines_that_there_are() -> None:
    for case in CASES:
        assert f"| `{case.name}` |" in PAGE, f"docs/performance.md does not say what {case.name} is"
    figures = re.search(r"<!-- figures -->\n(.*?)<!-- end of figures -->", PAGE, re.DOTALL)
    assert figures is not None
    titles = {row.title for row in ROWS}
    sections = {f"**{section.title}**" for case in CASES for section in case.sections}
    shown = [
        line.split(" | ")[0].strip("| ") for line in figures[1].splitlines() if line[:1] == "|"
    ]
    assert set(shown) - {"case", "---"} <= titles | sections


def test_a_run_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    command = (sys.executable, RUN, "--quick", "--only", "alone", "--python", sys.executable)
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "round 1 of 1: alone\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "interrupted\n"
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
