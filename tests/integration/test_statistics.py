"""What runs when something changes, counted with `--xpkg-stats` in real runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Callable, Iterator

import pytest

from tests.integration.repository import CRD, PROVIDER, Repository, Run, write_provider

_LINE = re.compile(
    r"([\d,]+) process(?:es)? of the tool ran, ([\d,]+) served from the local cache, "
    r"([\d,]+) from the remote cache; ([\d,]+) bytes? parsed, ([\d,]+) bytes? packed"
)
# Nine megabytes: two pieces.
FILES = 30
FILLER = "# filler\n" * 35_000


def counted(run: Run) -> tuple[int, int, int, int]:
    """Processes that ran, processes served locally, bytes parsed, bytes packed."""
    (found,) = _LINE.findall(run.output)
    ran, local, remote, parsed, packed = (int(text.replace(",", "")) for text in found)
    assert remote == 0
    return ran, local, parsed, packed


@pytest.fixture(scope="module")
def repository(
    tmp_path_factory: pytest.TempPathFactory, new_store: Callable[[], Path]
) -> Iterator[Repository]:
    repository = Repository.create(tmp_path_factory.mktemp("statistics") / "repository")
    repository.env["PANTS_LOCAL_STORE_DIR"] = str(new_store())
    repository.env["PANTS_XPKG_STATS"] = "true"
    yield repository
    repository.close()


def large_file(number: int) -> str:
    return CRD.format(kind=f"Thing{number}", plural=f"thing{number}s") + FILLER


def test_a_large_package_is_read_in_pieces(repository: Repository) -> None:
    repository.write("large/crossplane.yaml", PROVIDER.format(name="provider-large"))
    repository.write("large/BUILD", "xpkg_package()\n")
    for number in range(FILES):
        repository.write(f"large/crds/{number}.yaml", large_file(number))
    size = sum(path.stat().st_size for path in (repository.root / "large").rglob("*.yaml"))

    # Reading in two processes, packing in one; lint and package share all of it.
    ran, _, parsed, packed = counted(repository.pants("lint", "package", "large::"))
    assert (ran, parsed) == (3, size)
    assert packed > size

    # Nothing changed, for the daemon and for a Pants that knows only the store.
    assert counted(repository.pants("lint", "package", "large::")) == (0, 0, 0, 0)
    assert counted(repository.pants("--no-pantsd", "package", "large::")) == (0, 3, 0, 0)

    # One file changed: its piece is read again, and the whole is packed again.
    repository.write("large/crds/7.yaml", large_file(7).replace("Cluster", "Namespaced"))
    ran, _, parsed, packed = counted(repository.pants("lint", "package", "large::"))
    assert ran == 2
    assert parsed < size * 2 / 3
    assert packed > size

    # Other rules: everything was read already.
    ran, _, parsed, _ = counted(repository.pants("--xpkg-ignore=XP4", "package", "large::"))
    assert (ran, parsed) == (1, 0)


def test_findings_in_a_large_package_have_their_places(repository: Repository) -> None:
    for number in range(FILES):
        repository.write(f"bad/crds/{number}.yaml", large_file(number))
    repository.write("bad/crossplane.yaml", PROVIDER.format(name="provider-bad"))
    repository.write("bad/BUILD", "xpkg_package()\n")
    repository.write("bad/crds/3.yaml", large_file(3).replace("scope: Cluster", "scope: Clutser"))
    # What only the package as a whole shows: two objects of one name.
    repository.write("bad/crds/4.yaml", FILLER + large_file(5))
    run = repository.pants("lint", "bad::", expect=1)
    assert "bad/crds/3.yaml:10:10: error XP209" in run.output
    assert f"bad/crds/4.yaml:{FILLER.count(chr(10)) + 4}:9: error XP210" in run.output
    assert "bad/crds/5.yaml:4:9: error XP210" in run.output


def test_small_packages_share_processes(repository: Repository) -> None:
    for number in range(20):
        write_provider(repository, f"small/p{number}", f"provider-p{number}")
    ran, _, parsed, _ = counted(repository.pants("package", "small::"))
    assert 1 <= ran <= 2
    assert parsed == size_of(repository, "small")

    # What has changed is built, and nothing else of its bucket.
    change(repository, "small/p3")
    ran, _, parsed, _ = counted(repository.pants("package", "small::"))
    assert (ran, parsed) == (1, size_of(repository, "small/p3"))
    change(repository, "small/p3")
    change(repository, "small/p4")
    ran, _, parsed, _ = counted(repository.pants("package", "small::"))
    assert 1 <= ran <= 2
    assert parsed == size_of(repository, "small/p3", "small/p4")
    assert counted(repository.pants("package", "small::", "small/p5"))[0] == 0

    # The engine has the results of earlier states, and what is taken back counts as built.
    crossplane = repository.root / "small/p6/crossplane.yaml"
    states = [crossplane.read_text(), crossplane.read_text() + "# changed\n"]
    for state in (states[1], states[0], states[1]):
        repository.write("small/p6/crossplane.yaml", state)
        repository.pants("package", "small::")
    change(repository, "small/p7")
    _, _, parsed, _ = counted(repository.pants("package", "small::"))
    assert parsed == size_of(repository, "small/p7")

    # Requested by their names, the packages are those that were built.
    assert counted(repository.pants("package", "small/p3"))[0] == 0
    assert counted(repository.pants("package", "small/p5"))[0] == 0

    # Other options than those that packages are built with make no difference, and with other
    # rules everything is built anew.
    assert counted(repository.pants("--xpkg-publish-plan", "package", "small::"))[0] == 0
    _, _, parsed, _ = counted(repository.pants("--xpkg-ignore=XP4", "package", "small::"))
    assert parsed >= size_of(repository, "small")


def test_a_package_that_is_named_is_built_alone(repository: Repository) -> None:
    # A bucket holds packages of any folder.
    shutil.rmtree(repository.root / "small", ignore_errors=True)
    for number in range(20):
        write_provider(repository, f"named/p{number}", f"provider-named-{number}")
    size = size_of(repository, "named/p3")
    ran, _, parsed, _ = counted(repository.pants("lint", "package", "named/p3"))
    # Lint reads all meta objects besides: what the packages say of each other.
    assert (ran, parsed) == (2, size)
    assert counted(repository.pants("--no-pantsd", "package", "named/p3"))[0] == 0
    ran, _, parsed, _ = counted(repository.pants("package", "named/p3", "named/p4:p4"))
    assert (ran, parsed) == (1, size_of(repository, "named/p4"))
    # Of many packages, several share a process; what was built alone is built again.
    ran, _, parsed, _ = counted(repository.pants("package", "named::"))
    assert 1 <= ran <= 4
    assert parsed == size_of(repository, "named")
    assert counted(repository.pants("--no-pantsd", "package", "named::"))[0] == 0


def size_of(repository: Repository, *folders: str) -> int:
    files = (file for folder in folders for file in (repository.root / folder).rglob("*.yaml"))
    return sum(file.stat().st_size for file in files)


def change(repository: Repository, folder: str) -> None:
    crossplane = repository.root / folder / "crossplane.yaml"
    repository.write(f"{folder}/crossplane.yaml", crossplane.read_text() + "# changed\n")
