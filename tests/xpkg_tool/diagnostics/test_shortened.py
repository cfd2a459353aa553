"""Many findings of a kind in a file: the first are shown, the others counted, in every format."""

from __future__ import annotations

import json

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, findings
from xpkg_tool.building.build import PackageRequest, build, read
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, Position
from xpkg_tool.diagnostics.formats import write_findings
from xpkg_tool.diagnostics.shortened import SHOWN, Collector, shortened
from xpkg_tool.lint.selection import Selection

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata:\n  name: provider-a\n"


def made(count: int, path: str = "a.yaml", severity: str = ERROR) -> list[Finding]:
    return [
        Finding("XP207", f"M{n}.", "R.", path, Position(n, 1), "", severity) for n in range(count)
    ]


def test_as_many_as_are_shown_stay_as_they_are() -> None:
    for count in (0, 1, SHOWN, SHOWN + 1):
        assert list(shortened(made(count))) == made(count)


def test_the_others_are_counted_where_the_first_of_them_is() -> None:
    found = shortened([*made(SHOWN + 20), *made(3, "b.yaml"), *made(SHOWN + 2, "a.yaml", WARNING)])
    assert sum(f.occurrences for f in found) == 2 * SHOWN + 25
    counted = sorted((f for f in found if f.occurrences > 1), key=lambda f: -f.occurrences)
    assert [(f.occurrences, f.severity, f.position) for f in counted] == [
        (20, ERROR, Position(SHOWN, 1)),
        (2, WARNING, Position(SHOWN, 1)),
    ]
    assert "20 more findings" in counted[0].message
    assert shortened(found) == found


def test_what_is_collected_piece_by_piece_is_the_same() -> None:
    collector = Collector(())
    for finding in made(20_000):
        collector.add([finding])
    assert tuple(collector.all()) == shortened(made(20_000))


@pytest.mark.parametrize("count", [10, SHOWN + 100])
def test_every_format_counts_them_all(count: int) -> None:
    found = shortened(made(count))
    assert write_findings(found, "text").endswith(f"\n{count} errors in 1 file.\n")
    assert write_findings(found, "github").endswith(f"\n{count} errors in 1 file.\n")
    document = json.loads(write_findings(found, "json"))
    assert document["errors"] == count == sum(f["count"] for f in document["findings"])
    results = json.loads(write_findings(found, "sarif"))["runs"][0]["results"]
    assert sum(result.get("occurrenceCount", 1) for result in results) == count


def _annotations(count: int, comment: str = "") -> str:
    entries = "".join(f"    'a b{n}': c{comment}\n" for n in range(count))
    return f"{META}  annotations:\n{entries}"


def test_the_verdict_is_that_of_all_findings() -> None:
    for count in (1, 3_000):
        request = PackageRequest("p", "", {"a.yaml": _annotations(count).encode()}, {})
        assert build(request).package is None
        assert sum(f.occurrences for f in build(request).findings) == count


def test_suppressed_findings_are_not_counted() -> None:
    text = _annotations(3_000, "  # xpkg: ignore[XP207]")
    assert findings({"a.yaml": text}) == ()
    assert findings({"a.yaml": "# xpkg: ignore-file[XP207]\n" + _annotations(3_000)}) == ()
    # All but the last are suppressed.
    (found,) = findings({"a.yaml": text + "    'a b': c\n"})
    assert found.position is not None and found.position.line == text.count("\n") + 1
    ignoring = PackageRequest(
        "p",
        "",
        {"a.yaml": _annotations(3_000).encode()},
        {},
        selection=Selection(ignore=("XP207",)),
    )
    assert read(ignoring)[1] == ()


def test_equal_objects_name_a_few_of_the_others() -> None:
    xrd = (
        "---\napiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata: {name: c}\n"
    )
    found = [f for f in findings({"a.yaml": CONFIGURATION + xrd * 200}) if f.code == "XP210"]
    assert sum(f.occurrences for f in found) == 200
    assert found[0].message == (
        "The package has 200 objects of this kind and name; the others are at a.yaml:10, "
        "a.yaml:14, a.yaml:18 and 196 more."
    )
    assert all(len(f.message) < 200 for f in found)


def test_equal_meta_objects_name_a_few_of_the_others() -> None:
    found = [f for f in findings({"a.yaml": ("---\n" + META) * 200}) if f.code == "XP102"]
    assert sum(f.occurrences for f in found) == 200
    assert all(len(f.message) < 200 for f in found)
    (one, other) = findings({"a.yaml": ("---\n" + META) * 2})
    assert one.message.endswith("the others are at a.yaml:7.")
    assert other.message.endswith("the others are at a.yaml:2.")
