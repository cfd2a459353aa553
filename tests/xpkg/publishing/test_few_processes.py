"""One process for the lines of many references, and an entry for each."""

from __future__ import annotations

import subprocess

from pants.core.goals.publish import PublishOutputData, PublishPackages

from xpkg.publishing.few_processes import Sent, printing, with_few_processes


def sent(name: str) -> Sent:
    data = PublishOutputData({"reference": name, "action": "pushed"})
    return Sent((name,), None, f"@main with sha256:{name}", data, f"pushed: {name}")


def shown(entry: PublishPackages) -> list[str]:
    """What the goal shows at its end of an entry that has a process."""
    return [f"✓ {name} published to {entry.description}." for name in entry.names]


def test_the_last_one_prints_and_names_all() -> None:
    failed = PublishPackages(("x",), printing("It fell over.", exit_code=1), "@main")
    entries: dict[str, list[PublishPackages]] = {
        "p": [sent("a"), failed, sent("b")],
        "q": [],
        "r": [sent("c")],
    }
    found = with_few_processes(entries, "✓")
    a, other, b = found["p"]
    (c,) = found["r"]
    assert found["q"] == () and other is failed
    assert (a.names, a.process, b.names, b.process) == ((), None, (), None)
    assert shown(c)[0].splitlines() == [
        f"✓ {name} published to @main with sha256:{name}." for name in "abc"
    ]
    assert c.process is not None
    printed = subprocess.run(c.process.process.argv, capture_output=True, check=True)
    assert printed.stdout == b"pushed: a\npushed: b\npushed: c\n"


def test_each_has_its_own_entry_in_the_output() -> None:
    a, b = with_few_processes({"p": [sent("a"), sent("b")]}, "✓")["p"]
    # As the goal calls it for an entry without a process, and for one with it.
    found = a.get_output_data(published=False, status="skipped @main")
    assert dict(found) == {
        "action": "pushed",
        "exit_code": 0,
        "names": ("a",),
        "published": True,
        "reference": "a",
        "status": "published to @main with sha256:a",
    }
    status = "published to @main with sha256:b"
    other = b.get_output_data(exit_code=0, published=True, status=status)
    assert dict(other) == {**found, "names": ("b",), "reference": "b", "status": status}


def test_a_process_is_given_no_more_than_it_can_take() -> None:
    many = [sent(f"{number:05}" * 20) for number in range(2_500)]
    found = with_few_processes({"p": many}, "✓")["p"]
    processes = [entry.process for entry in found if entry.process]
    assert [len(entry.names[0].splitlines()) for entry in found if entry.names] == [1000, 1000, 500]
    printed = b""
    for process in processes:
        printed += subprocess.run(process.process.argv, capture_output=True, check=True).stdout
    assert printed.decode().splitlines() == [entry.line for entry in many]
