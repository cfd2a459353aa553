"""The same sources give the same bytes, whatever differs around them.

The tool runs in real processes; every run differs in one or more of: path, user, HOME, umask, TZ,
LC_ALL, PYTHONHASHSEED, file times and modes, the order of the request, the number of cores, and
the version of CPython.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

import pytest

from tests.integration.interpreters import new_environment, pip
from tests.integration.repository import PROJECT

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def sources(seed: int) -> dict[str, bytes]:
    """The provider of the examples and enough text that a layer has several gzip members."""
    files = {
        str(path.relative_to(PROJECT / "examples/provider")): path.read_bytes()
        for path in (PROJECT / "examples/provider").rglob("*.yaml")
    }
    generator = random.Random(seed)
    words = ["bucket", "policy", "region", "größe", "名前", "e\u0301"]
    for number in range(40):
        name = f"kinds{number}"
        comment = "".join(f"# {' '.join(generator.choices(words, k=12))}\n" for _ in range(5_000))
        files[f"crds/{name}.yaml"] = (
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            f"metadata:\n  name: {name}.example.org\nspec:\n  group: example.org\n"
            f"  names: {{kind: Kind{number}, plural: {name}}}\n  scope: Cluster\n"
            "  versions:\n    - name: v1\n      served: true\n      storage: true\n"
            f"      schema:\n        openAPIV3Schema:\n          type: object\n{comment}"
        ).encode()
    return files


def lay_out(root: Path, files: dict[str, bytes], order: random.Random) -> None:
    """Writes the files and a request, in an order that `order` gives."""
    names = list(files)
    order.shuffle(names)
    for name in names:
        path = root / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    order.shuffle(names)
    entry = {
        "name": "p:p",
        "root": "p",
        "sources": [f"p/{name}" for name in names if not name.startswith("examples/")],
        "examples": [f"p/{name}" for name in names if name.startswith("examples/")],
        "examplesExpected": False,
        "packageType": None,
    }
    (root / "request.json").write_text(json.dumps({"packages": [entry]}))


def build(
    root: Path, python: str, env: dict[str, str], prefix: tuple[str, ...] = ()
) -> dict[str, str]:
    """The digests of what the tool writes in `root`."""
    shutil.rmtree(root / "out", ignore_errors=True)
    subprocess.run(
        [*prefix, python, "-m", "xpkg_tool", "build", "request.json", "out"],
        cwd=root,
        check=True,
        env={"PYTHONPATH": str(PROJECT / "pants-plugins"), "PATH": os.environ["PATH"], **env},
    )
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / "out/0").iterdir())
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("plain")
    lay_out(root, sources(1), random.Random(0))
    digests = build(root, sys.executable, {})
    assert "package.xpkg" in digests, (root / "out/answer.json").read_text()
    return digests


@pytest.mark.parametrize(
    "env",
    [
        {"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "0", "HOME": "/nowhere", "USER": "somebody"},
        {"PYTHONHASHSEED": "4294967295", "SOURCE_DATE_EPOCH": "4102444800"},
        {"PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": "1"},
    ],
    ids=",".join,
)
def test_the_environment_changes_nothing(
    env: dict[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    root = tmp_path / "another path" / "with spaces"
    lay_out(root, sources(1), random.Random(len(env)))
    assert build(root, sys.executable, env) == expected


@pytest.mark.parametrize("seed", range(3))
def test_files_order_times_and_modes_change_nothing(
    seed: int, expected: dict[str, str], tmp_path: Path
) -> None:
    order = random.Random(seed)
    lay_out(tmp_path, sources(1), order)
    for path in (tmp_path / "p").rglob("*"):
        os.utime(path, (0, order.randrange(4_000_000_000)))
        if path.is_file():
            path.chmod(order.choice((0o400, 0o644, 0o777)))
    old = os.umask(order.choice((0, 0o022, 0o077)))
    try:
        assert build(tmp_path, sys.executable, {}) == expected
    finally:
        os.umask(old)


@pytest.mark.skipif(shutil.which("taskset") is None, reason="taskset is not installed")
def test_the_number_of_cores_changes_nothing(expected: dict[str, str], tmp_path: Path) -> None:
    lay_out(tmp_path, sources(1), random.Random(5))
    assert build(tmp_path, sys.executable, {}, prefix=("taskset", "--cpu-list", "0")) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.allow_skip_in_ci(reason="only root can become another user")
def test_the_user_changes_nothing(expected: dict[str, str], tmp_path: Path) -> None:
    lay_out(tmp_path, sources(1), random.Random(6))
    os.chown(tmp_path, 65534, 65534)
    user = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    readable = all(os.stat(p).st_mode & 0o001 for p in Path(sys.executable).resolve().parents)
    if not readable or shutil.which("setpriv") is None:
        pytest.skip("another user cannot reach this interpreter")
    assert build(tmp_path, sys.executable, {}, prefix=user) == expected


def test_another_moment_changes_nothing(expected: dict[str, str], tmp_path: Path) -> None:
    lay_out(tmp_path, sources(1), random.Random(7))
    time.sleep(1.1)
    assert build(tmp_path, sys.executable, {}) == expected


def test_a_byte_more_changes_the_digest(expected: dict[str, str], tmp_path: Path) -> None:
    """The comparison above could not fail otherwise."""
    files = sources(1)
    files["crossplane.yaml"] += b"# more\n"
    lay_out(tmp_path, files, random.Random(8))
    changed = build(tmp_path, sys.executable, {})
    assert changed["package.xpkg"] != expected["package.xpkg"]


def interpreters() -> Iterator[tuple[str, str]]:
    """The CPython versions that pyenv has, by version."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in VERSIONS:
        found = sorted(root.glob(f"versions/{version}.*/bin/python"))
        if found:
            yield version, str(found[-1])


@pytest.mark.allow_skip_in_ci(reason="not every machine has every version of CPython")
@pytest.mark.parametrize("version", VERSIONS)
def test_the_version_of_python_changes_nothing(
    version: str, expected: dict[str, str], tmp_path: Path
) -> None:
    python = dict(interpreters()).get(version)
    if python is None:
        pytest.skip(f"CPython {version} is not installed under pyenv")
    installed = new_environment(python, tmp_path / "venv")
    lock = PROJECT / "pants-plugins/xpkg/tool.lock"
    options = ("--quiet", "--require-hashes", "--requirement")
    subprocess.run(pip(installed, "install", *options, lock), check=True)
    lay_out(tmp_path / "work", sources(1), random.Random(9))
    assert build(tmp_path / "work", str(installed), {}) == expected
