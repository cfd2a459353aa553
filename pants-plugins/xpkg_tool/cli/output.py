"""What a command says: written at once, so that an output that cannot be written is an error of the
command and never lost at the program's end."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TextIO
from urllib.parse import urlsplit

from xpkg_tool.cli.failure import Failure
from xpkg_tool.diagnostics.formats.colour import wants_colour
from xpkg_tool.process.streams import discard

_DOCS_URL = "XPKG_DOCS_URL"


def write_output(text: str) -> None:
    """Writes to standard output. Raises Failure where that cannot be done, as on a full disk, and
    BrokenPipeError where nobody reads it any more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(sys.stdout)
        why = error.strerror or type(error).__name__
        raise Failure(f"Standard output cannot be written: {why}.") from None


def write_error(text: str) -> None:
    """Writes to standard error. Where that cannot be done there is nowhere left to say so."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def in_colour(arguments: Namespace, stream: TextIO) -> bool:
    """Whether findings on `stream` are to have colours, by `--color` and the environment."""
    return wants_colour(arguments.color, stream.isatty(), os.environ)


def docs_url(arguments: Namespace) -> str:
    """Where the page of the lint rules is, by `--docs-url` or the environment; empty when nobody
    said. Raises Failure for what is not an absolute URL."""
    url: str = arguments.docs_url or os.environ.get(_DOCS_URL, "")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if url and (not parts.scheme or not (parts.netloc or parts.path) or "#" in url):
        raise Failure(
            f"{url!r} is not an absolute URL.",
            "Write for example --docs-url "
            "https://git.example.org/pants-xpkg/blob/main/docs/lint-rules.md.",
        )
    return url
