"""The commands by which the backend has packages of other repositories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.xpkg_tool.dependencies.fetch.packages import (
    AMD64,
    fetched,
    image,
    put,
    put_index,
    stream,
)
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from tests.xpkg_tool.sandbox.asking import ask
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.cache.folder import cache_folder
from xpkg_tool.messages.fetch import (
    FetchAnswer,
    FetchedEntry,
    FetchRequest,
    PackageToFetch,
    ReadFetchedAnswer,
    ReadFetchedRequest,
)

NO_SUCH = "sha256:" + "0" * 64


@pytest.fixture(autouse=True)
def _in_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sandbox" / "cache").mkdir(parents=True)
    (tmp_path / "repository").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.chdir(tmp_path / "sandbox")


def fetch(tmp_path: Path, *packages: PackageToFetch, cache: str = "cache") -> FetchAnswer:
    request = FetchRequest(str(tmp_path / "repository"), 2, {}, cache, packages)
    return ask(request, FetchAnswer, str(tmp_path / "out"))


def test_what_was_fetched_is_read(
    tmp_path: Path, pusher: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in pusher.env.items():
        monkeypatch.setenv(name, value)
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        one = PackageToFetch(f"{registry.address}/one", put(registry, image("one"), "one"))
        two = PackageToFetch(
            f"{registry.address}/two",
            put_index(registry, (image("two"), AMD64), repository="two"),
        )
        missing = PackageToFetch(f"{registry.address}/one", NO_SUCH)
        answer = fetch(tmp_path, one, missing, two)
    platforms = {"linux/amd64": image("two").digest}
    found, lost, indexed = answer.packages
    assert (found, indexed) == (FetchedEntry(), FetchedEntry(platforms))
    assert f"The registry has no {NO_SUCH} in one" in lost.error
    assert (tmp_path / "out/0/package.yaml").read_bytes() == stream("one")
    assert (tmp_path / "out/2/package.yaml").read_bytes() == stream("two")
    assert not (tmp_path / "out/1").exists()

    # The registry is gone.
    monkeypatch.chdir(tmp_path / "sandbox")
    read = ask(ReadFetchedRequest(two, "cache"), ReadFetchedAnswer, "read")
    assert read == ReadFetchedAnswer(platforms)
    assert Path("read/package.yaml").read_bytes() == stream("two")
    assert fetch(tmp_path, one).packages == (FetchedEntry(),)


@pytest.mark.parametrize("cache", ["cache", "missing"])
def test_what_is_not_in_the_cache_ends_the_process(cache: str) -> None:
    package = PackageToFetch("a.io/b", NO_SUCH)
    with pytest.raises(SystemExit) as caught:
        ask(ReadFetchedRequest(package, cache), ReadFetchedAnswer)
    assert caught.value.code == f"The cache does not have {NO_SUCH}."
    assert not Path("out").exists()


def test_what_the_user_has_is_not_downloaded(tmp_path: Path) -> None:
    one = fetched("one")
    folder = cache_folder(None, os.environ)
    FileCache(folder).store(one)
    package = PackageToFetch("nowhere.invalid/one", one.digest)
    assert fetch(tmp_path, package).packages == (FetchedEntry(),)
    assert (tmp_path / "out/0/package.yaml").read_bytes() == stream("one")
    assert FileCache(str(tmp_path / "sandbox" / "cache")).peek(one.digest) is not None


def test_without_a_cache_and_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    with running() as registry:
        one = PackageToFetch(f"{registry.address}/one", put(registry, image("one"), "one"))
        assert fetch(tmp_path, one, cache="missing").packages == (FetchedEntry(),)
    assert (tmp_path / "out/0/package.yaml").read_bytes() == stream("one")


def test_a_source_that_is_none(tmp_path: Path) -> None:
    (entry,) = fetch(tmp_path, PackageToFetch("team/one", NO_SUCH)).packages
    assert "The source does not begin with a registry" in entry.error
