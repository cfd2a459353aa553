"""`xpkg lock`: the lock file is written whole or not at all, and what changed is told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from tests.xpkg_tool.dependencies.lock.loopback import publish, requests, source, write_package
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, Fault, running
from xpkg_tool.cli.main import main
from xpkg_tool.dependencies.lock.file import read_lock

LOCK = Path("xpkg.lock")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """A registry with some packages; the current folder is empty."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    with running() as started:
        publish(started, "a", "v1.0.0", {"f-naming": ">=v1.0.0"})
        publish(started, "f-naming", "v1.0.0")
        yield started


def locked() -> dict[str, str]:
    lock = read_lock(LOCK.read_bytes(), "xpkg.lock")
    return {package.source.rpartition("/")[2]: package.version for package in lock.packages}


def test_a_lock_is_written_kept_and_upgraded(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(registry, Path("packages"), "x", {"a": ">=v1.0.0"})
    a, naming = source(registry, "a"), source(registry, "f-naming")
    assert main(["lock", "packages/x"]) == 0
    assert capsys.readouterr().out == (
        f"Wrote xpkg.lock: 2 packages\n  + {a} v1.0.0 (Configuration)\n"
        f"  + {naming} v1.0.0 (Function)\n"
    )
    written = LOCK.read_bytes()
    assert b'"by": "//packages/x"' in written
    publish(registry, "f-naming", "v1.1.0")
    registry.seen.clear()
    assert main(["lock", "packages/x/"]) == 0
    assert capsys.readouterr().out == "xpkg.lock is up to date: 2 packages\n"
    assert registry.seen == []
    assert LOCK.read_bytes() == written
    assert main(["lock", "packages/x", "--upgrade", naming]) == 0
    assert capsys.readouterr().out == (
        f"Wrote xpkg.lock: 2 packages\n  ~ {naming} v1.0.0 -> v1.1.0\n"
    )
    publish(registry, "a", "v2.0.0")
    assert main(["lock", "packages/x", "--upgrade", "*"]) == 0
    assert locked() == {"a": "v2.0.0"}
    assert f"- {naming} v1.1.0" in capsys.readouterr().out


def test_a_check_writes_nothing(registry: FakeRegistry, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_package(registry, Path(), "x", {"a": "v1.0.0"})
    assert main(["lock", "--check", "x"]) == 1
    assert capsys.readouterr().out.startswith("There is no xpkg.lock\n  + ")
    assert not LOCK.exists()
    assert main(["lock", "x"]) == 0
    written = LOCK.read_bytes()
    write_package(registry, Path(), "x", {"f-naming": "v1.0.0"})
    capsys.readouterr()
    assert main(["lock", "--check", str(folder)]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "xpkg.lock is not up to date",
        f"  - {source(registry, 'a')} v1.0.0",
        f"  ~ {source(registry, 'f-naming')} v1.0.0; required by //x",
    ]
    assert "without --check" in err
    assert LOCK.read_bytes() == written


def test_a_check_asks_what_the_registries_have(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tag that has moved is not what is locked; the lock itself goes by the digest."""
    write_package(registry, Path(), "x", {"a": "*"})
    assert main(["lock", "x"]) == 0
    written = LOCK.read_bytes()
    registry.seen.clear()
    capsys.readouterr()
    assert main(["lock", "--check", "x"]) == 0
    assert capsys.readouterr().out == "xpkg.lock is up to date: 2 packages\n"
    assert requests(registry) == {"tags": 0, "digests": 2, "manifests": 0, "blobs": 0}
    a = source(registry, "a")
    before = next(p for p in read_lock(written, "xpkg.lock").packages if p.source == a).digest
    after = publish(registry, "a", "v1.0.0", {"f-naming": ">=v0.1.0"})
    assert main(["lock", "x"]) == 0
    assert main(["lock", "--check", "x"]) == 1
    out, err = capsys.readouterr()
    assert out.endswith(
        f"Registries have something else than xpkg.lock\n"
        f"  ~ {a} v1.0.0 moved from {before[:19]} to {after[:19]} (xpkg.lock:6, required by //x)\n"
    )
    assert f"`xpkg lock --upgrade {a} …` takes what is there now" in err
    assert LOCK.read_bytes() == written
    # With what else there is to say.
    write_package(registry, Path(), "x", {"a": ">=v1.0.0"})
    assert main(["lock", "--check", "x"]) == 1
    out, _ = capsys.readouterr()
    assert "xpkg.lock is not up to date" in out and "v1.0.0 moved from" in out


def test_a_check_finds_what_is_gone_and_what_has_moved(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody typed what is gone: the remedy is not its spelling."""
    publish(registry, "b", "v1.0.0")
    write_package(registry, Path(), "x", {"a": "*", "b": "*"})
    assert main(["lock", "x"]) == 0
    LOCK.write_bytes(LOCK.read_bytes().replace(b'"v1.0.0"', b'"v1.0.1"', 1))
    publish(registry, "b", "v1.0.0", {"a": ">=v0.1.0"})
    capsys.readouterr()
    assert main(["lock", "--check", "x"]) == 1
    out, err = capsys.readouterr()
    a, b = source(registry, "a"), source(registry, "b")
    title, gone, moved = out.splitlines()
    assert title == "Registries have something else than xpkg.lock"
    assert gone == f"  - {a} v1.0.1 is gone (xpkg.lock:6, required by //x)"
    assert moved.startswith(f"  ~ {b} v1.0.0 moved from sha256:")
    assert f"`xpkg lock --upgrade {a},{b} …`" in err
    assert "spelling" not in err


def test_a_check_says_what_differs_and_what_fails(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(registry, Path(), "x", {"a": "*"})
    assert main(["lock", "x"]) == 0
    publish(registry, "a", "v1.0.0", {"f-naming": ">=v0.1.0"})
    write_package(registry, Path(), "x", {"a": "*", "f-naming": ">=v9.0.0"})
    capsys.readouterr()
    assert main(["lock", "--check", "x"]) == 2
    out, err = capsys.readouterr()
    assert f"~ {source(registry, 'a')} v1.0.0 moved" in out
    assert "error XP156" in err
    # A registry that fails is a failure, not a difference, and is named once.
    write_package(registry, Path(), "x", {"a": "*"})
    registry.faults.append(Fault("", "", nth=0, status=404))
    assert main(["lock", "--check", "x"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("error publish-registry") == 1


def change_a(change: Callable[[Any], object]) -> None:
    """Edits what the lock says of `a`."""
    lock = json.loads(LOCK.read_bytes())
    change(next(p for p in lock["packages"] if p["source"].endswith("/a")))
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.update(dependencies=[]), "v1.0.0 depends on {}/team/f-naming >=v1.0.0 ("),
        (lambda a: a.update(kind="Provider"), "v1.0.0 is a Configuration, not a Provider ("),
        (
            lambda a: a.update(platforms={"linux/amd64": f"sha256:{'b' * 64}"}),
            "v1.0.0 has no platforms (",
        ),
        (
            lambda a: a["dependencies"][0].update(apiVersion="pkg.crossplane.io/v9"),
            "; does not depend on {}/team/f-naming >=v1.0.0 (Function, pkg.crossplane.io/v9) (",
        ),
    ],
    ids=["dependencies", "kind", "platforms", "api version"],
)
@pytest.mark.parametrize("cached", [True, False])
def test_a_check_reads_the_packages_behind_the_digests(
    change: Callable[[Any], object],
    message: str,
    cached: bool,
    registry: FakeRegistry,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    write_package(registry, Path(), "x", {"a": "*", "f-naming": "*"})
    (tmp_path / "cache").mkdir()
    assert main(["lock", "x"]) == 0
    change_a(change)
    written = LOCK.read_bytes()
    registry.seen.clear()
    capsys.readouterr()
    options = [] if cached else ["--cache-dir", str(tmp_path / "cache")]
    # Of another kind, it is not what the package asks for, either.
    assert main(["lock", "--check", "x", *options]) == (2 if b'"Provider"' in written else 1)
    out, err = capsys.readouterr()
    assert "xpkg.lock contradicts the packages behind its digests\n" in out
    assert message.format(registry.address) in out
    assert "(xpkg.lock:5, required by //x)" in out
    assert "Restore xpkg.lock from version control" in err
    assert registry.count("GET", "/blobs/") == (0 if cached else 2)
    assert LOCK.read_bytes() == written


def test_a_check_asks_for_a_package_that_is_locked_by_its_digest(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = publish(registry, "f-naming", "v1.0.0")
    write_package(registry, Path(), "x", {"f-naming": digest})
    assert main(["lock", "x"]) == 0
    assert main(["lock", "x", "--check"]) == 0
    for tag in ("v1.0.0", digest):
        del registry.manifests["team/f-naming", tag]
    capsys.readouterr()
    assert main(["lock", "x", "--check"]) == 1
    out, err = capsys.readouterr()
    assert f"f-naming {digest[:19]} is gone (xpkg.lock:6, required by //x)" in out
    assert "--upgrade" not in err


def test_a_check_names_each_package_that_cannot_be_looked_up(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(registry, "b", "v1.0.0")
    write_package(registry, Path(), "x", {"a": "*", "b": "*"})
    assert main(["lock", "x"]) == 0
    capsys.readouterr()
    for name in ("a", "b"):
        registry.faults.append(Fault("HEAD", f"team/{name}/manifests", nth=0, status=400))
    assert main(["lock", "x", "--check"]) == 2
    err = capsys.readouterr().err
    for name in ("a", "b"):
        assert f"{source(registry, name)}:v1.0.0: error publish-registry" in err
    assert err.count("  locked in xpkg.lock:") == 2


def test_a_lock_is_written_through_a_link(registry: FakeRegistry) -> None:
    """Beside the file that the link leads to, which others may use."""
    write_package(registry, Path(), "x", {"f-naming": "*"})
    Path("shared").mkdir()
    Path("shared/real.lock").write_text('{"formatVersion": 1, "packages": []}')
    LOCK.symlink_to("shared/real.lock")
    assert main(["lock", "x"]) == 0
    assert LOCK.is_symlink()
    assert b"f-naming" in Path("shared/real.lock").read_bytes()
    assert [file.name for file in Path("shared").iterdir()] == ["real.lock"]


def test_entries_that_name_no_package_leave_the_lock_as_it_was(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_package(registry, Path(), "x", {"f-naming": "*"})
    assert main(["lock", "x"]) == 0
    written = LOCK.read_bytes()
    file = folder / "crossplane.yaml"
    file.write_text(file.read_text().replace("function:", "functoin:"))
    for arguments in (["lock", "x"], ["lock", "x", "--check"]):
        assert main(arguments) == 2
        assert "x/crossplane.yaml:7:7: error XP158: The dependency" in capsys.readouterr().err
    assert LOCK.read_bytes() == written


def test_a_cache_that_cannot_be_used_is_a_warning(
    registry: FakeRegistry,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    write_package(registry, Path(), "x", {"a": "*"})
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["lock", "x"]) == 0
    assert "warning: The folder for the cache cannot be created" in capsys.readouterr().err
    LOCK.unlink()
    # Once, not for each package.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xpkg_tool.dependencies.cache.file_cache.write_whole", full)
    assert main(["lock", "x"]) == 0
    assert capsys.readouterr().err.count("warning: Fetched packages cannot be kept in") == 1


def test_a_folder_of_several_packages_is_none(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of them would be locked, and the others would be left out silently."""
    for name in ("x", "y"):
        write_package(registry, Path(), name, {"a": "*"})
    assert main(["lock"]) == 2
    err = capsys.readouterr().err
    assert (
        "The folder . contains 2 meta objects, at x/crossplane.yaml:1, y/crossplane.yaml:1" in err
    )
    assert not LOCK.exists()


def test_what_cannot_be_locked_leaves_the_lock_as_it_was(
    registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(registry, Path(), "x", {"a": "*"})
    assert main(["lock", "x"]) == 0
    written = LOCK.read_bytes()
    write_package(registry, Path(), "x", {"a": ">=v9.0.0", "gone": "*"})
    capsys.readouterr()
    assert main(["lock", "x"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "x/crossplane.yaml:8:16: error XP156: No version of" in err
    assert "the registry has no repository team/gone" in err.lower()
    # Where the package is named.
    assert "  asked for by x/crossplane.yaml:9\n" in err
    assert "Traceback" not in err
    assert LOCK.read_bytes() == written


def test_the_lock_is_beside_what_names_it(registry: FakeRegistry) -> None:
    write_package(registry, Path("infra/packages"), "x", {"a": "*"})
    assert main(["lock", "infra/packages/x", "--lock", "infra/other.lock"]) == 0
    assert b'"by": "//packages/x"' in Path("infra/other.lock").read_bytes()
    assert not LOCK.exists()


def test_packages_of_the_repository_are_not_locked(registry: FakeRegistry) -> None:
    write_package(registry, Path(), "x", {"a": "*"})
    assert main(["lock", "x", "--own", source(registry, "f-naming")]) == 0
    assert locked() == {"a": "v1.0.0"}


@pytest.mark.parametrize("option", ["--known-as={0}/team/", "--own={0}/team/z"])
def test_packages_that_depend_on_each_other(
    option: str, registry: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(registry, Path(), "x", {"a": "*", "z": "*"})
    write_package(registry, Path(), "z", {"f-naming": "*"})
    z = source(registry, "z")
    assert main(["lock", "x", "z"]) == 2
    err = capsys.readouterr().err
    assert f"{z}: error publish-reference: The registry has no repository team/z" in err
    assert (
        f"If it is the package in z, say so with `--known-as {registry.address}/team`, for all "
        f"folders, or with `--own {z}`."
    ) in err
    # Nor are its published versions what is meant.
    publish(registry, "z", "v0.1.0")
    write_package(registry, Path(), "x", {"a": "*", "z": ">=v1.0.0"})
    assert main(["lock", "x", "z"]) == 2
    err = capsys.readouterr().err
    assert f"error XP156: No version of {z} " in err
    assert f"`--known-as {registry.address}/team`" in err
    assert main(["lock", "x", "z", option.format(registry.address)]) == 0
    assert locked() == {"a": "v1.0.0", "f-naming": "v1.0.0"}
    # A cycle through a package of the repository is seen.
    publish(registry, "f-naming", "v1.0.0", {"z": "*"})
    LOCK.unlink()
    capsys.readouterr()
    assert main(["lock", "x", "z", option.format(registry.address)]) == 2
    assert "-> //z" in capsys.readouterr().err


def test_the_cache_is_used(registry: FakeRegistry, tmp_path: Path) -> None:
    write_package(registry, Path(), "x", {"a": "*"})
    (tmp_path / "cache").mkdir()
    cached = ["lock", "x", "--cache-dir", str(tmp_path / "cache")]
    assert main(cached) == 0
    LOCK.unlink()
    registry.seen.clear()
    assert main(cached) == 0
    assert registry.count("GET", "/blobs/") == 0
    assert main(["lock", "x", "--cache-dir", "gone"]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "--upgrade", "registry.example.org/z"], "names registry.example.org/z."),
        (["empty"], "The folder empty contains no package"),
        (["gone"], "The folder gone does not exist"),
        (["x", "--lock", "."], "The lock cannot be read"),
        (["x", "--lock", "gone/xpkg.lock"], "The lock cannot be written"),
        (["x", "--lock", "x/crossplane.yaml"], "error XP150"),
        (["x", "--lock", "fifo"], "fifo: The lock cannot be read: it is a FIFO"),
        (["x", "--own", "bad source"], "--own 'bad source' is not what a source is"),
        (["x", "--own", "r.io/t/a:v1"], "without a tag or a digest"),
        (["x", "--own", "user:secret@r.io/t/a"], "--own '***@r.io/t/a' is not"),
        (["x", "--known-as", "r.io/T"], "--known-as 'r.io/T'"),
    ],
)
def test_what_is_wrong_with_the_arguments(
    registry: FakeRegistry,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_package(registry, Path(), "x", {"a": "*"})
    Path("empty").mkdir()
    os.mkfifo("fifo")
    assert main(["lock", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
