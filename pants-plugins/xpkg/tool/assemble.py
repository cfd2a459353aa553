"""Lays the tool out for fast, hermetic starts. Runs in a sandbox, with nothing installed.

`python assemble.py PEX OUTPUT` copies the libraries out of a loose PEX and the tool beside them,
compiles everything and writes the runner. The first process after Pants' daemon has started waits
until all of these files are laid out: so there is bytecode only, which is also found sooner, and
only what is ever imported.

In the PEX each library is a folder or, from Pants 2.21
on, the wheel as it was downloaded. The output depends on the contents alone: bytecode names
no path of the machine and no file time, and console scripts, which hold the interpreter's path, are
left out, as are the notes that installers leave.
"""

from __future__ import annotations

import compileall
import pathlib
import py_compile
import shutil
import sys
import zipfile
from typing import Iterator

# Dependencies of libraries for what the tool does not use: the schemas of `oras`, the guesses of
# `requests` at how a text is encoded, which take 20 ms to import, the completion of a command line.
_UNUSED = frozenset(
    (
        "attr",
        "attrs",
        "charset_normalizer",
        "jsonschema",
        "jsonschema_specifications",
        "referencing",
        "rpds",
        "shtab",
    )
)
_NOT_COPIED = ("__pycache__", "tests")

_RUNNER = '''\
"""Runs the tool with its own libraries and the standard library only."""
import os
import sys
import warnings

# `requests` misses a library that is left out (assemble.py).
warnings.filterwarnings("ignore", "Unable to find acceptable character detection")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from xpkg_tool.__main__ import main

code = main(sys.argv[1:])
# The system frees all memory at once; the interpreter would do it object by object.
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)
'''


def _libraries(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """The folder of each library, in a fixed order."""
    for distribution in sorted(folder.iterdir()):
        if distribution.is_dir():
            yield distribution
            continue
        unpacked = pathlib.Path("unpacked", distribution.name)
        with zipfile.ZipFile(distribution) as wheel:
            wheel.extractall(unpacked)
        yield unpacked
        # Where an installer would put the same files.
        yield from sorted(unpacked.glob("*.data/purelib"))
        yield from sorted(unpacked.glob("*.data/platlib"))


def main(pex: str, output: str) -> None:
    library = pathlib.Path(output, "lib")
    for distribution in _libraries(pathlib.Path(pex, ".deps")):
        for entry in sorted(distribution.iterdir()):
            # Console scripts are in `bin`, in a wheel's `data` or, where pex put them aside, in a
            # hidden folder.
            scripts = entry.name == "bin" or entry.suffix == ".data"
            notes = entry.suffix == ".dist-info" or entry.name.startswith(".")
            if scripts or notes or entry.name in (*_UNUSED, "__pycache__"):
                continue
            if entry.is_dir():
                ignore = shutil.ignore_patterns(*_NOT_COPIED)
                shutil.copytree(entry, library / entry.name, ignore=ignore, dirs_exist_ok=True)
            elif entry.suffix in (".py", ".so"):
                shutil.copyfile(entry, library / entry.name)
    shutil.copytree("xpkg_tool", library / "xpkg_tool")
    compileall.compile_dir(
        output,
        quiet=2,  # Some libraries ship files for other versions of Python.
        stripdir=output,
        legacy=True,  # In place of the source, where Python imports it without one.
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    for source in library.rglob("*.py"):
        source.unlink()
    pathlib.Path(output, "run.py").write_text(_RUNNER, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
