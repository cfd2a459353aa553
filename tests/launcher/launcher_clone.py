"""A clone that ./pants can be called in, and ways to call it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Mapping

REPOSITORY = Path(__file__).resolve().parents[2]
THIS_PYTHON = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))

# A repository that Pants starts in fast, without a daemon that would outlive the test.
PANTS_TOML = """\
[GLOBAL]
pants_version = "2.17.1"
pantsd = false
[anonymous-telemetry]
enabled = false
"""


def make_clone(folder: Path) -> Path:
    """What ./pants needs of a clone."""
    folder.mkdir(parents=True)
    shutil.copy(REPOSITORY / "pants", folder)
    shutil.copytree(
        REPOSITORY / "build-support",
        folder / "build-support",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (folder / "requirements").mkdir()
    shutil.copy(REPOSITORY / "requirements" / "pants.txt", folder / "requirements")
    (folder / "pants.toml").write_text(PANTS_TOML)
    return folder


def environment(home: Path, **extra: str) -> dict[str, str]:
    """The caller's settings of pip and the network, an own home, and this test's interpreter."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
        or name.lower().endswith("_proxy")
        or name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
    }
    home.mkdir(parents=True, exist_ok=True)
    path = f"{THIS_PYTHON.parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "HOME": str(home), "PATH": path, **extra}


def start(pants: Path, *arguments: str, env: Mapping[str, str], cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(pants), *arguments],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(
    pants: Path, *arguments: str, env: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(pants), *arguments],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
