"""The tool's files are the same bytes wherever, whenever and for whomever they are assembled."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import Mapping

import xpkg
import xpkg_tool

ASSEMBLE = Path(xpkg.__file__).parent / "tool" / "assemble.py"
TOOL = Path(xpkg_tool.__file__).parent

# Constants, names and sets such as bytecode holds.
LIBRARY = """\
ENDINGS = {"yaml", "yml", "json", "xpkg", "tar"}


def known(name, *, kinds=frozenset(("a", "b", "c"))):
    return name in {"yaml", "yml", "json"} or name in kinds
"""


def files(distribution: str, interpreter: str) -> dict[str, str]:
    """A library as pex lays it out, with all that differs between machines."""
    return {
        f"{distribution}/library/__init__.py": LIBRARY,
        f"{distribution}/library/tests/test_library.py": "",
        f"{distribution}/library/__pycache__/__init__.cpython-39.pyc": interpreter,
        f"{distribution}/library-1.dist-info/METADATA": "Name: library\n",
        f"{distribution}/library-1.dist-info/INSTALLER": interpreter,
        f"{distribution}/library-1.dist-info/RECORD": interpreter,
        f"{distribution}/library-1.dist-info/direct_url.json": interpreter,
        f"{distribution}/bin/library": f"#!{interpreter}\n",
        f"{distribution}/.prefix/bin/library": f"#!{interpreter}\n",
        f"{distribution}/single.py": LIBRARY,
        f"{distribution}/jsonschema/__init__.py": LIBRARY,
    }


def assemble(
    folder: Path,
    *,
    reverse: bool = False,
    umask: int = 0o022,
    time: int = 1_000_000_000,
    env: Mapping[str, str] = types.MappingProxyType({}),
    as_wheel: bool = False,
) -> dict[str, str]:
    """The digests of all files that assemble.py writes; `as_wheel`, from a library that the PEX has
    as it was downloaded."""
    folder.mkdir(parents=True)
    content = files("xpkg_tool.pex/.deps/library-1-py3-none-any.whl", str(folder))
    for path in sorted(TOOL.rglob("*.py")):
        content[f"xpkg_tool/{path.relative_to(TOOL)}"] = path.read_text("utf-8")
    for name, text in sorted(content.items(), reverse=reverse):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (time, time))
    shutil.copyfile(ASSEMBLE, folder / "assemble.py")
    if as_wheel:
        pack(folder / "xpkg_tool.pex" / ".deps" / "library-1-py3-none-any.whl")
    with_umask = ("/bin/sh", "-c", 'umask "$0"; exec "$@"', f"{umask:03o}")
    options = ("-s", "-S", "-X", "utf8")
    subprocess.run(
        [*with_umask, sys.executable, *options, "assemble.py", "xpkg_tool.pex", "output"],
        cwd=folder,
        env={"PYTHONHASHSEED": "0", **env},
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return {
        str(path.relative_to(folder / "output")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "output").rglob("*"))
        if path.is_file()
    }


def pack(distribution: Path) -> None:
    """Puts in place of an installed library the wheel that it came from."""
    unpacked = distribution.rename(distribution.with_name("installed"))
    for name in ("bin", ".prefix", "library/__pycache__"):
        shutil.rmtree(unpacked / name)
    data = unpacked / "library-1.data"
    for name in ("scripts/library", "purelib/single.py"):
        (data / name).parent.mkdir(parents=True)
        (data / name).write_text(LIBRARY, encoding="utf-8")
    (unpacked / "single.py").unlink()
    shutil.make_archive(str(distribution), "zip", unpacked)
    distribution.with_name(f"{distribution.name}.zip").rename(distribution)
    shutil.rmtree(unpacked)


def test_a_wheel_gives_what_an_installed_library_gives(tmp_path: Path) -> None:
    installed = assemble(tmp_path / "installed")
    assert assemble(tmp_path / "wheel", as_wheel=True) == installed
    assert {"lib/single.pyc", "lib/library/__init__.pyc"} <= {*installed}


def test_the_bytes_depend_on_the_contents_alone(tmp_path: Path) -> None:
    one = assemble(tmp_path / "one", reverse=False, umask=0o022, time=1_000_000_000, env={})
    two = assemble(
        tmp_path / "two" / "deeper down",
        reverse=True,
        umask=0o077,
        time=1_700_000_000,
        env={"HOME": "/nowhere", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Tokyo", "PATH": "/bin"},
    )
    assert one == two
    compiled = ("lib/single.pyc", "lib/library/__init__.pyc", "lib/xpkg_tool/__init__.pyc")
    assert {"run.py", *compiled} <= {*one}
    # Nothing that names an interpreter, nothing twice, and nothing that the tool does not import.
    others = ("bin/", ".prefix/", "library/tests/", ".dist-info/", "__pycache__", "jsonschema")
    assert not [name for name in one if any(other in name for other in others)]
    assert [name for name in one if name.endswith(".py")] == ["run.py"]
