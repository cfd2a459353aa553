"""A package whose constraints are replaced by digests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xpkg_tool.building.build import BuildResult, PackageRequest, build
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.pinning import PinnedPackage, Pins
from xpkg_tool.inspection.extraction import read_sound
from xpkg_tool.lint.selection import Selection
from xpkg_tool.oci.read.archive_reader import open_archive

HOST = "registry.example.org/platform"
OWN, LOCKED = f"sha256:{1:064x}", f"sha256:{2:064x}"
PACKAGE = PinnedPackage(OWN, "packages/a:a", "v1.4.0", "Function")
LOCK = Lock((LockedPackage(f"{HOST}/b", "v1.4.0", LOCKED, "Function", "platform-b"),))
META = """\
# The package.
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata: {name: configuration-example}
spec:
  dependsOn:
"""
COMMAND = "pants generate-lockfiles --resolve=xpkg"


def entry(name: str, *lines: str) -> str:
    return f"  - function: {HOST}/{name}\n" + "".join(f"    {line}\n" for line in lines)


def built(
    *entries: str, own: dict[int, PinnedPackage] | None = None, lock: Lock = LOCK, **fields: Any
) -> BuildResult:
    sources = {"crossplane.yaml": (META + "".join(entries)).encode()}
    pins = Pins(own or {}, lock, "xpkg.lock", COMMAND)
    return build(PackageRequest("example", "", sources, {}, pins=pins, **fields))


def stream(result: BuildResult, tmp_path: Path) -> str:
    """The package.yaml that was built."""
    assert result.package is not None, [finding.message for finding in result.findings]
    file = tmp_path / "package.xpkg"
    file.write_bytes(result.package.archive)
    package = read_sound(open_archive(str(file))).package
    assert package is not None
    return package.decode()


def messages(result: BuildResult) -> list[str]:
    assert result.package is None
    return [f.message for f in result.findings if f.code == "XP132"]


def test_each_constraint_becomes_a_digest_and_all_else_stays(tmp_path: Path) -> None:
    entries = (
        entry("a", 'version: ">=v1.0.0" # ours'),
        "  # The next one.\n" + entry("b", "version: |-", "  >=v1.0.0"),
        entry("c", f"version: {LOCKED[:-1]}f"),
    )
    plain = build(
        PackageRequest("example", "", {"crossplane.yaml": (META + "".join(entries)).encode()}, {})
    )
    result = built(*entries, own={0: PACKAGE})
    expected = stream(plain, tmp_path)
    expected = expected.replace('">=v1.0.0" # ours', f'"{OWN}" # ours')
    expected = expected.replace("version: |-\n      >=v1.0.0\n", f"version: {LOCKED}\n")
    assert stream(result, tmp_path) == expected
    assert result.findings == plain.findings
    assert result.package is not None and plain.package is not None
    assert result.package.digest != plain.package.digest
    # The description says what is in the package.
    description = json.loads(result.package.description)
    constraints = [one["constraint"] for one in description["meta"]["dependencies"]]
    assert constraints == [OWN, LOCKED, f"{LOCKED[:-1]}f"]


def test_the_repository_comes_before_the_lock(tmp_path: Path) -> None:
    result = built(entry("b", "version: v1.4.0"), own={0: PACKAGE})
    assert f"version: {OWN}\n" in stream(result, tmp_path)


def test_the_same_digests_give_the_same_package() -> None:
    first = built(entry("b", "version: v1.4.0"))
    unrelated = Lock((*LOCK.packages, LockedPackage(f"{HOST}/z", "v1.0.0", OWN, "Function", "z")))
    second = built(entry("b", "version: v1.4.0"), lock=unrelated)
    other = built(entry("b", "version: v1.4.0"), own={0: PACKAGE})
    assert first.package is not None and first == second
    assert other.package is not None and other.package.digest != first.package.digest


def test_a_package_without_dependencies_is_as_it_was() -> None:
    sources = {"crossplane.yaml": META.partition("spec:")[0].encode()}
    plain = PackageRequest("example", "", sources, {})
    pinned = PackageRequest("example", "", sources, {}, pins=Pins({}, Lock(), "xpkg.lock", COMMAND))
    assert build(plain).package == build(pinned).package


@pytest.mark.parametrize(
    ("entries", "message", "line"),
    [
        ((entry("z", 'version: "*"'),), "There is no digest for", 7),
        ((entry("b", 'version: ">=v2.0.0"'),), "xpkg.lock has v1.4.0 of", 8),
        (
            (entry("b", "version: &v v1.4.0"), entry("z", "other: *v", "version: v1")),
            "There is no digest for",
            9,
        ),
        ((entry("b", "version: &v v1.4.0", "other: *v"),), "written at a place that other", 8),
    ],
)
def test_what_cannot_be_pinned_is_an_error(
    entries: tuple[str, ...], message: str, line: int
) -> None:
    result = built(*entries)
    [finding] = [finding for finding in result.findings if finding.code == "XP132"]
    assert result.package is None and finding.message.find(message) >= 0
    assert finding.severity == "error" and finding.position is not None
    assert finding.position.line == line


def test_everything_that_cannot_be_pinned_is_said() -> None:
    result = built(entry("x", "version: v1"), entry("b", "version: v1"), entry("z", "version: v1"))
    assert [message.partition(":")[0] for message in messages(result)] == [
        f"There is no digest for {HOST}/x",
        f"There is no digest for {HOST}/z",
    ]


def test_nobody_can_ignore_it() -> None:
    ignored = Selection(ignore=("XP132", "XP123"))
    assert messages(built(entry("z", "version: v1"), selection=ignored))
    assert messages(built(entry("b"), selection=ignored)) == [
        "The dependency has no `version`, so there is nothing that its digest could replace."
    ]


def test_lint_is_about_what_the_author_wrote() -> None:
    result = built(entry("b", 'version: ">=v1,,"'))
    assert result.package is None and [f.code for f in result.findings] == ["XP123"]


@pytest.mark.parametrize(
    ("crossplane", "is_built"), [("<v2.3.0", True), (">=v2.0.0", False), (">=v2.3.0", False)]
)
def test_the_locked_version_satisfies_the_constraint_as_the_releases_read_it(
    crossplane: str, is_built: bool
) -> None:
    # Before Crossplane 2.3, `<v1` has all of 1.
    text = META.replace("spec:\n", f'spec:\n  crossplane: {{version: "{crossplane}"}}\n')
    sources = {"crossplane.yaml": (text + entry("b", 'version: "<v1"')).encode()}
    pins = Pins({}, LOCK, "xpkg.lock", COMMAND)
    result = build(PackageRequest("example", "", sources, {}, pins=pins))
    assert (result.package is not None) == is_built


@pytest.mark.parametrize(
    ("version", "kind", "constraint", "says"),
    [
        ("v1.2.0", "Function", ">=v1.0.0", ""),
        ("", "", ">=v2.0.0", ""),
        ("v1.2.0", "Function", ">=v2.0.0", "packages/a:a has v1.2.0 of registry.example.org"),
        ("v1.2.0", "Provider", ">=v1.0.0", "is a Provider (packages/a:a), but the dependency"),
        ("main", "Function", ">=v1.0.0", "packages/a:a has main of"),
    ],
)
def test_a_package_of_the_repository_must_suit(
    version: str, kind: str, constraint: str, says: str
) -> None:
    """The digest says nothing of it any more."""
    package = PinnedPackage(OWN, "packages/a:a", version, kind)
    result = built(entry("a", f'version: "{constraint}"'), own={0: package})
    if not says:
        assert result.package is not None
        return
    (message,) = messages(result)
    assert says in message


def test_a_locked_package_of_another_kind_is_refused() -> None:
    result = built(f"  - provider: {HOST}/b\n    version: '*'\n")
    (message,) = messages(result)
    assert "is a Function (xpkg.lock), but the dependency asks for a Provider" in message
