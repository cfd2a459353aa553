"""Builds depend on their inputs alone: not on the folder, the environment or the network."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from tests.integration import pants_command
from tests.integration.repository import CRD, PROVIDER, Repository, write_provider


@pytest.fixture
def clones(tmp_path: Path) -> Iterator[tuple[Repository, Repository]]:
    made = []
    for folder in ("one", "two/deeper down"):
        repository = Repository.create(tmp_path / folder)
        write_packages(repository)
        made.append(repository)
    yield made[0], made[1]
    for repository in made:
        repository.close()


def write_packages(repository: Repository) -> None:
    write_provider(repository, "packages/a", "provider-a")
    write_provider(repository, "packages/b", "provider-b")
    repository.write("packages/b/examples/e.yaml", "apiVersion: v1\nkind: Secret\n")


def dist(repository: Repository) -> dict[str, str]:
    """The digests of all files in dist/."""
    root = repository.root / "dist"
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


# Whether the tool built something, as Pants says it when a process really starts.
BUILDING = "Starting: Building 2 Crossplane packages"


def test_two_clones_build_the_same_files(
    clones: tuple[Repository, Repository], tmp_path: Path, new_store: Callable[[], Path]
) -> None:
    """With a tool that was installed for each."""
    one, two = clones
    for repository, store in ((one, tmp_path / "empty"), (two, new_store())):
        run = repository.pants("--no-pantsd", f"--local-store-dir={store}", "package", "::")
        assert BUILDING in run.output  # Nothing was shared.
    assert len(dist(one)) == 4
    assert dist(one) == dist(two)


def test_another_environment_starts_no_second_process(
    clones: tuple[Repository, Repository], tmp_path: Path, new_store: Callable[[], Path]
) -> None:
    """PATH, HOME, locale, time zone, certificates and hash seed reach no process that builds."""
    one, two = clones
    common = ("--no-pantsd", f"--local-store-dir={new_store()}", "package", "::")
    assert BUILDING in one.pants(*common).output
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "tar").symlink_to("/bin/true")
    certificates = tmp_path / "certificates.pem"
    shutil.copyfile(os.environ.get("PIP_CERT", "/etc/ssl/certs/ca-certificates.crt"), certificates)
    home = tmp_path / "home"
    home.mkdir()
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    run = two.pants(
        *common,
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(home),
            # Where the launcher keeps Pants itself, which need not be installed twice for this.
            "XDG_CACHE_HOME": cache,
            "LANG": "de_DE.UTF-8",
            "LC_ALL": "tr_TR.UTF-8",
            "TZ": "Asia/Tokyo",
            "SSL_CERT_FILE": str(certificates),
            "PYTHONHASHSEED": "7",
        },
    )
    assert BUILDING not in run.output
    assert "Starting: Assembling" not in run.output
    assert dist(one) == dist(two)


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode != 0,
    reason="this machine cannot make a network namespace (unshare -rn)",
)
def test_a_build_needs_no_network(running: Repository) -> None:
    """With the tool in the local store, an edited source is built without any network."""
    running.clear()
    write_packages(running)
    running.pants("package", "::")
    before = dist(running)
    source = running.root / "packages/a/crossplane.yaml"
    # Content that no other run has built, so that the process has to run.
    source.write_text(source.read_text() + f"# {os.urandom(8).hex()}\n")
    run = running.pants("--no-pantsd", "package", "::", prefix=("unshare", "-rn"))
    assert BUILDING in run.output
    after = dist(running)
    assert after["packages.a/a.xpkg"] != before["packages.a/a.xpkg"]
    assert after["packages.b/b.xpkg"] == before["packages.b/b.xpkg"]


def test_a_file_that_changes_during_the_build(
    tmp_path: Path, new_store: Callable[[], Path]
) -> None:
    """The package is that of the files before or after the change, never a mixture."""
    repository = Repository.create(tmp_path / "repository")
    # Of its own, so that each build has something to do.
    repository.env["PANTS_LOCAL_STORE_DIR"] = str(new_store())

    def write(folder: str, word: str) -> None:
        repository.write(f"{folder}/crossplane.yaml", PROVIDER.format(name="provider-p"))
        for number in range(60):
            crd = CRD.format(kind=f"Kind{number}", plural=f"kinds{number}")
            repository.write(f"{folder}/crds/{number}.yaml", crd + f"# {word}\n" * 4_000)

    def built(folder: str) -> set[tuple[str, str]]:
        """The name and digest of each file."""
        return {
            (Path(path).name, digest)
            for path, digest in dist(repository).items()
            if path.startswith(f"{folder}/")
        }

    for folder, word in (("before", "before"), ("after", "after"), ("changing", "before")):
        repository.write(f"{folder}/BUILD", "xpkg_package(name='p')\n")
        write(folder, word)
    repository.pants("package", "before:p", "after:p")
    changed = False
    with subprocess.Popen(
        [*pants_command.command(), "package", "changing:p"],
        cwd=repository.root,
        env={**repository.env, **pants_command.environment()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Starting: Building" in line and not changed:
                changed = True
                write("changing", "after")
    assert changed and process.returncode == 0
    assert built("before").isdisjoint(built("after"))
    assert built("changing") in (built("before"), built("after"))
    assert len(built("changing")) == 2
    repository.close()


def test_what_a_process_of_the_tool_is_given(
    clones: tuple[Repository, Repository], tmp_path: Path, new_store: Callable[[], Path]
) -> None:
    """No path of the machine but the interpreter's is in argv, environment or input files."""
    one, _ = clones
    sandboxes = tmp_path / "sandboxes"
    sandboxes.mkdir()
    one.pants(
        "--no-pantsd",
        f"--local-store-dir={new_store()}",
        f"--local-execution-root-dir={sandboxes}",
        "--keep-sandboxes=always",
        "package",
        "::",
    )
    (sandbox,) = (path.parent for path in sandboxes.glob("*/xpkg-request.json"))
    command = (sandbox / "__run.sh").read_text().splitlines()[-1]
    environment, interpreter, arguments = command.partition("env -i")[2].partition("/")
    assert not environment.strip()
    interpreter, arguments = (interpreter + arguments).split(" ", 1)
    assert Path(interpreter).name.startswith("python3")
    assert arguments.split() == [
        *("-I", "-S", "-X", "utf8"),
        *("xpkg-tool/run.py", "build", "xpkg-request.json", "xpkg-output"),
    ]
    secrets = [str(one.root), str(tmp_path), str(Path.home()) + "/.cache", interpreter]
    # The package's files are behind links to folders, as the tool's are.
    files = [
        Path(folder, name)
        for folder, _, names in os.walk(sandbox, followlinks=True)
        for name in names
    ]
    assert {"crossplane.yaml", "run.py"} <= {path.name for path in files}
    for path in files:
        if path.name != "__run.sh":
            content = path.read_bytes()
            assert not [s for s in secrets if s.encode() in content], path
