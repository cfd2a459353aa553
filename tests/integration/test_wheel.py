"""The wheel `pants-xpkg`: what is in it, as a plugin in another repository, and as a library."""

from __future__ import annotations

import email.message
import email.parser
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Iterator, Sequence

import pytest

from tests.integration.interpreters import find_interpreter, new_environment, pip
from tests.integration.repository import PROJECT, Repository, copy_project, write_provider
from xpkg_tool import VERSION, source_files, sources_digest

TOOL_LOCK = PROJECT / "pants-plugins" / "xpkg" / "tool.lock"
CLI = b"xpkg_tool.cli.main:main"
SUPPORTED = ("3.9", "3.10", "3.11", "3.12", "3.13")

# The time that the wheel's members bear, so that the wheel is the same whenever it is built.
EPOCH = "1700000000"

IMPORT_ALL = """
import importlib, pkgutil, xpkg_tool
names = [module.name for module in pkgutil.walk_packages(xpkg_tool.__path__, "xpkg_tool.")]
assert "xpkg_tool.building.build" in names
for name in names:
    importlib.import_module(name)
"""

_PANTS_TOML = """\
[GLOBAL]
pants_version = "2.17.1"
plugins = ["pants-xpkg=={version}"]
backend_packages = ["xpkg"]

[python-repos]
find_links = ["{find_links}"]

[anonymous-telemetry]
enabled = false

[xpkg]
registries = {{ local = {{ address = "oci-layout:dist/registry", default = true }} }}
"""


def run(command: Sequence[str | Path], cwd: Path, **environment: str) -> str:
    """Standard output of a command that must succeed; all it said when it does not."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(source: Path, output: Path, *options: str) -> None:
    """Builds the sdist and, from that, the wheel; with `--wheel`, that alone."""
    run(
        [sys.executable, "-m", "build", *options, "--outdir", output, source],
        source,
        SOURCE_DATE_EPOCH=EPOCH,
    )


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's wheel and sdist."""
    folder = tmp_path_factory.mktemp("wheel")
    build(copy_project(folder / "project"), folder / "dist")
    return folder / "dist"


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return email.parser.BytesParser().parsebytes(archive.read(name))


@pytest.fixture
def repository(wheel: Path, metadata: email.message.Message) -> Iterator[Repository]:
    """A repository that has the backend from the wheel, and one package. It is always in the same
    folder, for which Pants installs the wheel once."""
    root = wheel.parent.with_name("repository")
    repository = Repository(root, dict(os.environ))
    # Pants reads the first that is there; the repository's own settings are to be all.
    repository.env.pop("PANTS_CONFIG_FILES", None)
    text = _PANTS_TOML.format(version=metadata["Version"], find_links=wheel.parent.as_uri())
    repository.write("pants.toml", text)
    write_provider(repository, "packages/provider-things", "provider-things")
    yield repository
    repository.close()


def locked() -> dict[str, str]:
    """The versions in the tool's lock, by the project's normalized name."""
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", TOOL_LOCK.read_text(), re.MULTILINE)
    return {name.lower(): version for name, version in pins}


def test_the_wheel_requires_nothing_but_for_the_tool(metadata: email.message.Message) -> None:
    requirements = metadata.get_all("Requires-Dist") or []
    assert len(requirements) == 5
    assert all(re.search(r"; extra == ['\"]tool['\"]$", r) for r in requirements), requirements
    assert metadata["Requires-Python"] == ">=3.9"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_the_extra_agrees_with_the_lock(metadata: email.message.Message) -> None:
    pins = locked()
    for requirement in metadata.get_all("Requires-Dist") or []:
        found = re.match(r"([\w.-]+)(?:.*,)?(==|>=)([\w.]+)", requirement)
        assert found is not None, requirement
        name, operator, version = found.groups()
        assert pins[name.lower()] == version
        # Of deflate the version is part of the package format, and so is what oryaml reads.
        assert (operator == "==") == (name in ("deflate", "oryaml"))


def test_the_wheel_holds_both_packages_whole(wheel: Path) -> None:
    plugins = PROJECT / "pants-plugins"
    expected = {
        path.relative_to(plugins).as_posix()
        for package in ("xpkg", "xpkg_tool")
        for path in (plugins / package).rglob("*")
        if path.suffix in (".lock", ".md", ".metadata", ".py", ".typed")
    }
    assert {"xpkg/tool/assemble.py", "xpkg/tool.lock.metadata", "xpkg/py.typed"} <= expected
    assert {"xpkg_tool/py.typed", "xpkg_tool/lint/XP202.md"} <= expected
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert names == expected
        for name in names:
            assert archive.read(name) == (plugins / name).read_bytes()


def test_the_version_holds_a_digest_of_all_sources(
    wheel: Path, metadata: email.message.Message
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        sources = {name: archive.read(name) for name in names}
    assert source_files(PROJECT / "pants-plugins") == sources
    assert metadata["Version"] == f"{VERSION}+src{sources_digest(sources)[:12]}"
    assert wheel.name == f"pants_xpkg-{metadata['Version']}-py3-none-any.whl"
    # What the documentation asks for takes it.
    assert f"pants-xpkg=={VERSION}" in (PROJECT / "README.md").read_text()


def test_a_wheel_that_was_built_again_is_noticed(
    repository: Repository, tmp_path: Path, wheel: Path, metadata: email.message.Message
) -> None:
    """With the whole version in `plugins`; nothing of the packages changes by it."""
    repository.pants("package", "::")
    assert "another backend" not in repository.pants("help", "xpkg_package").stdout
    built = {p: p.read_bytes() for p in (repository.root / "dist").rglob("*.xpkg*")}
    source = copy_project(tmp_path / "project")
    target_types = source / "pants-plugins" / "xpkg" / "target_types.py"
    text = target_types.read_text()
    target_types.write_text(text.replace("A Crossplane package:", "Of another backend:"))
    wheels = tmp_path / "wheels"
    shutil.copytree(wheel.parent, wheels)
    build(source, wheels, "--wheel")
    (other,) = set(wheels.glob("*.whl")) - {wheels / wheel.name}
    version = other.name.split("-")[1]
    assert version != metadata["Version"]
    repository.write("pants.toml", _PANTS_TOML.format(version=version, find_links=wheels.as_uri()))
    # A daemon that has loaded the other one may not have seen yet that the settings changed.
    repository.stop()
    assert "Of another backend" in repository.pants("help", "xpkg_package").stdout
    repository.pants("package", "::")
    assert built and {p: p.read_bytes() for p in built} == built


def test_the_wheel_has_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/entry_points.txt"))
        assert archive.read(name).split() == [b"[console_scripts]", b"xpkg", b"=", CLI]


def test_the_wheel_is_the_same_from_another_folder(tmp_path: Path, dist: Path, wheel: Path) -> None:
    # Built from the sdist, which so proves to hold all that a build needs.
    (sdist,) = dist.glob("*.tar.gz")
    shutil.unpack_archive(sdist, tmp_path / "unpacked")
    (source,) = (tmp_path / "unpacked").iterdir()
    build(source, tmp_path / "dist", "--wheel")
    again = tmp_path / "dist" / wheel.name
    assert sha256(again) == sha256(wheel)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_another_repository_lints_builds_and_publishes(repository: Repository) -> None:
    root = repository.root
    linted = repository.pants("lint", "::")
    assert "xpkg" in linted.output
    assert "succeeded" in linted.output

    repository.pants("package", "::")
    built = root / "dist" / "packages.provider-things"
    description = json.loads((built / "provider-things.xpkg.json").read_bytes())
    assert (built / "provider-things.xpkg").is_file()

    published = repository.pants("publish", "::")
    assert description["digest"] in published.output
    (entry,) = json.loads((root / "dist" / "registry" / "index.json").read_bytes())["manifests"]
    assert entry["digest"] == description["digest"]
    name = entry["annotations"]["org.opencontainers.image.ref.name"]
    assert name == "provider-things:latest"

    # And it is this wheel's backend that did all that.
    repository.write("packages/provider-things/crossplane.yaml", "kind: Nothing\n")
    refused = repository.pants("package", "::", expect=1)
    assert "packages/provider-things/crossplane.yaml:1:" in refused.output


def interpreters() -> Iterator[object]:
    """Each supported version; one that is not found is skipped, in CI as well."""
    for version in SUPPORTED:
        path = find_interpreter(version)
        marks = [pytest.mark.allow_skip_in_ci(reason="CI promises CPython 3.9 alone")]
        if path is None:
            marks.append(pytest.mark.skip(reason=f"no CPython {version} on PATH or in pyenv"))
        yield pytest.param(path, id=version, marks=[] if version == "3.9" else marks)


def build_digest(folder: Path, *python: str | Path) -> str:
    """The digest of a small package that `python -m xpkg_tool` builds in `folder`."""
    write_provider(Repository(folder), "package", "provider-things")
    package = {
        "name": "package:package",
        "root": "package",
        "sources": ["package/crds/things.yaml", "package/crossplane.yaml"],
        "examples": [],
        "examplesExpected": False,
        "packageType": "Provider",
    }
    (folder / "request.json").write_text(json.dumps({"packages": [package]}))
    command = [*python, "-m", "xpkg_tool", "build", "request.json", "output"]
    run(command, folder, PYTHONPATH="", PYTHONWARNINGS="error")
    (report,) = json.loads((folder / "output" / "answer.json").read_bytes())["packages"]
    assert report["text"] == ""
    digest: str = report["built"]["digest"]
    return digest


@pytest.fixture(scope="session")
def constraints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The versions of the tool's lock. Without its hashes, which the wheel could not satisfy."""
    path = tmp_path_factory.mktemp("constraints") / "constraints.txt"
    lines = re.findall(r"^[\w.-]+==[^\\\n]+", TOOL_LOCK.read_text(), re.MULTILINE)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="session")
def digests() -> dict[str, str]:
    """The digest that each interpreter came to."""
    return {}


@pytest.mark.parametrize("python", interpreters())
def test_the_tool_alone_builds_the_same_bytes(
    tmp_path: Path, wheel: Path, constraints: Path, digests: dict[str, str], python: str | None
) -> None:
    assert python is not None, "the project itself runs on CPython 3.9"
    installed = new_environment(python, tmp_path / "venv")
    options = ("--quiet", "--no-compile", "--only-binary", ":all:", "--constraint", constraints)
    run(pip(installed, "install", *options, f"pants-xpkg[tool] @ {wheel.as_uri()}"), tmp_path)
    run([installed, "-I", "-c", IMPORT_ALL], tmp_path)
    explained = run([tmp_path / "venv" / "bin" / "xpkg", "rule", "XP202"], tmp_path)
    assert "\nkind: Deployment\n" in explained
    assert "xpkg" in run([tmp_path / "venv" / "bin" / "xpkg", "completion", "fish"], tmp_path)
    digests[python] = build_digest(tmp_path, installed, "-X", "utf8")
    assert len(set(digests.values())) == 1, digests
