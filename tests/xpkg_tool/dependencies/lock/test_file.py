"""The lock file: a lock has the same bytes each time, and all that is wrong is said at once."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import object_name, read_lock, write_lock
from xpkg_tool.dependencies.lock.model import (
    Lock,
    LockedDependency,
    LockedPackage,
    Requirement,
)
from xpkg_tool.diagnostics.finding import Finding

PATH = "xpkg.lock"
DIGEST = f"sha256:{'a' * 64}"
V1 = "pkg.crossplane.io/v1"

FUNCTION = LockedPackage(
    "xpkg.example.org/team/function-naming",
    "v1.2.0",
    DIGEST,
    "Function",
    "team-function-naming",
    required_by=(Requirement("//packages/network", ">=v1.0.0"),),
)
PROVIDER = LockedPackage(
    "xpkg.example.org/team/provider-storage",
    "v2.0.1",
    f"sha256:{'b' * 64}",
    "Provider",
    "team-provider-storage",
    {"linux/amd64": DIGEST, "linux/arm64": DIGEST},
    (LockedDependency("xpkg.example.org/team/provider-family", V1, "Provider", ">=v2.0.0"),),
    (Requirement("//packages/bucket", "v2.0.1"), Requirement("//packages/network", "v2.0.1")),
)
LOCK = Lock((FUNCTION, PROVIDER))

DIGESTS = st.integers(0, 2**256 - 1).map("sha256:{:064x}".format)
SOURCES = st.integers(0, 99).map("xpkg.example.org/team-{0}/package-{0}".format)
TEXTS = st.text(min_size=1, max_size=9)


@st.composite
def packages(draw: Callable[..., Any]) -> LockedPackage:
    source = draw(SOURCES)
    return LockedPackage(
        source,
        draw(TEXTS),
        draw(DIGESTS),
        draw(st.sampled_from(("Provider", "Configuration", "Function"))),
        object_name(source),
        draw(st.dictionaries(st.sampled_from(("linux/amd64", "linux/arm64/v8")), DIGESTS)),
        tuple(
            draw(
                st.lists(st.builds(LockedDependency, SOURCES, TEXTS, TEXTS, st.text()), max_size=3)
            )
        ),
        tuple(draw(st.lists(st.builds(Requirement, TEXTS, st.text()), max_size=3))),
    )


# A busy machine takes long for the first examples.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(packages(), max_size=4, unique_by=lambda package: package.source), st.randoms())
def test_what_was_written_is_read(written: list[LockedPackage], random: Any) -> None:
    data = write_lock(Lock(tuple(written)))
    lock = read_lock(data, PATH)
    assert {p.source: p.digest for p in lock.packages} == {p.source: p.digest for p in written}
    assert write_lock(lock) == data
    assert read_lock(write_lock(lock), PATH) == lock
    random.shuffle(written)
    assert write_lock(Lock(tuple(written))) == data


def test_the_file_is_small_to_review() -> None:
    text = write_lock(Lock((replace(FUNCTION, platforms={"linux/amd64": DIGEST}),))).decode()
    expected = """{
  "formatVersion": 1,
  "packages": [
    {
      "source": "xpkg.example.org/team/function-naming",
      "version": "v1.2.0",
      "digest": "DIGEST",
      "kind": "Function",
      "objectName": "team-function-naming",
      "platforms": {
        "linux/amd64": "DIGEST"
      },
      "dependencies": [],
      "requiredBy": [
        {
          "by": "//packages/network",
          "constraint": ">=v1.0.0"
        }
      ]
    }
  ]
}
"""
    assert text == expected.replace("DIGEST", DIGEST)


def test_a_new_version_changes_two_lines() -> None:
    newer = replace(PROVIDER, version="v2.1.0", digest=f"sha256:{'c' * 64}")
    before, after = (write_lock(lock).splitlines() for lock in (LOCK, Lock((FUNCTION, newer))))
    assert sum(one != other for one, other in zip(before, after)) == 2
    assert len(before) == len(after)


def test_the_order_of_a_file_has_no_meaning() -> None:
    document = json.loads(write_lock(LOCK))
    document["packages"].reverse()
    document["packages"][0]["requiredBy"].reverse()
    assert read_lock(json.dumps(document).encode(), PATH) == LOCK


def test_a_file_with_carriage_returns_and_a_byte_order_mark_is_read() -> None:
    data = b"\xef\xbb\xbf" + write_lock(LOCK).replace(b"\n", b"\r\n")
    assert read_lock(data, PATH) == LOCK


def problems(data: bytes) -> tuple[Finding, ...]:
    with pytest.raises(LockError) as error:
        read_lock(data, PATH)
    assert all(f.path == PATH and f.message and f.remedy for f in error.value.findings)
    return error.value.findings


def changed(change: Callable[[Any], object]) -> bytes:
    document = json.loads(write_lock(LOCK))
    change(document)
    return json.dumps(document, indent=2).encode()


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"", "The file is not JSON", (1, 1)),
        (b'{\n  "packages": [,]\n}', "The file is not JSON", (2, 16)),
        (b"\xff", "The file is not UTF-8", (1, 1)),
        (b"[" * 100_000, "it nests too deeply", None),
        (b"[]", "A lock must be an object, not a list", (1, 1)),
        (b"{}", "`formatVersion` is missing", (1, 1)),
        (b'{"formatVersion": "1"}', "`formatVersion` must be an integer, not a string", (1, 19)),
        (b'{"formatVersion": true}', "must be an integer, not a boolean", (1, 19)),
        (b'{"formatVersion": 1.0}', "`formatVersion` must be an integer.", (1, 19)),
        (b'{"formatVersion": NaN}', "`formatVersion` must be an integer.", (1, 19)),
        (b'{"formatVersion": 99999999999}', "has the format 99999999999, and", (1, 19)),
        (b'{"formatVersion": 2}', "has the format 2, and this release", (1, 19)),
        (b'{"formatVersion": 0}', "There is no format 0", (1, 19)),
        (b'{"formatVersion": 1}', "`packages` is missing", (1, 1)),
        (b'{"formatVersion": 1, "packages": {}}', "must be a list, not an object", (1, 34)),
        (b'{"formatVersion": 1, "packages": [1]}', "must be an object, not a number", (1, 35)),
        (
            b'{"formatVersion": 1,\n "packages": [],\n "packages": []}',
            "`packages` is already in this object",
            (3, 2),
        ),
    ],
)
def test_what_is_no_lock(data: bytes, message: str, place: tuple[int, int] | None) -> None:
    (found,) = problems(data)
    assert message in found.message
    position = found.position
    assert (position and (position.line, position.column)) == place


def test_a_number_with_a_million_digits_costs_nothing() -> None:
    data = b'{"formatVersion": %s}' % (b"1" * 1_000_000)
    (found,) = problems(data)
    assert len(found.message) < 200


def test_all_that_is_wrong_is_said_at_once() -> None:
    def change(document: Any) -> None:
        function, provider = document["packages"]
        function["source"] = "function-naming"
        function["digest"] = "sha256:abc"
        function["kind"] = "Composition"
        function["version"] = ""
        function["requiredBy"] = [{"by": 1}]
        provider["objectName"] = "storage"
        provider["platforms"] = {"amd64": DIGEST, "linux/amd64": "x"}
        provider["dependencies"].append(None)
        del provider["version"]

    messages = [found.message for found in problems(changed(change))]
    assert messages == [
        "`source` must be `host/repository`, without tag and digest, not 'function-naming'.",
        "`version` must not be empty.",
        "`digest` must be `sha256:` and 64 hexadecimal digits, not 'sha256:abc'.",
        "`kind` must be one of Provider, Configuration, Function, not 'Composition'.",
        "`constraint` is missing.",
        "`by` must be a string, not a number.",
        "`version` is missing.",
        (
            "`objectName` must be 'team-provider-storage', as the package manager names what it "
            "installs from this source."
        ),
        "'amd64' is not a platform such as `linux/amd64`.",
        "The digest of linux/amd64 must be `sha256:` and 64 hexadecimal digits, not 'x'.",
        "The entry must be an object, not null.",
    ]


def test_a_source_is_in_a_lock_once() -> None:
    (found,) = problems(changed(lambda d: d["packages"].append(d["packages"][0])))
    assert "is already in the lock, in line 5;" in found.message
    assert found.position is not None and found.position.line == 49


def test_the_markers_of_a_merge_conflict_are_named() -> None:
    ours = write_lock(LOCK).decode()
    theirs = ours.replace("v1.2.0", "v1.3.0")
    line = '      "version": "v1.2.0",\n'
    both = f"<<<<<<< HEAD\n{line}=======\n{line.replace('2', '3')}>>>>>>> other\n"
    assert line in ours and theirs != ours
    (found,) = problems(ours.replace(line, both).encode())
    assert found.message == "The file has the markers of a merge conflict."
    assert "git checkout --ours -- xpkg.lock" in found.remedy
    assert found.position is not None
    assert (found.position.line, found.position.source) == (6, "<<<<<<< HEAD")


def read_or_refused(data: bytes) -> None:
    with suppress(LockError):
        read_lock(data, PATH)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    read_or_refused(data)


@given(st.data())
def test_any_broken_lock_is_read_or_refused(data: st.DataObject) -> None:
    whole = write_lock(LOCK)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    read_or_refused(whole[:start] + data.draw(st.binary(max_size=5)) + whole[end:])
