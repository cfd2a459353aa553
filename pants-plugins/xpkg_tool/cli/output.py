"""The output of a command. It is flushed at once, so that failing to write it is an error of the
command, and not lost when the program ends."""

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
    """Writes to standard output. Raises Failure if that fails, as on a full disk, and
    BrokenPipeError if the reader is gone."""
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
    """Writes to standard error. If that fails, there is nowhere left to report it."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def in_colour(arguments: Namespace, stream: TextIO) -> bool:
    """Whether to colour findings on `stream`, by `--color` and the environment."""
    return wants_colour(arguments.color, stream.isatty(), os.environ)


def docs_url(arguments: Namespace) -> str:
    """The URL of the page with the lint rules, from `--docs-url` or the environment, or "". Raises
    Failure if it is not an absolute URL."""
    url: str = arguments.docs_url or os.environ.get(_DOCS_URL, "")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if url and (not parts.scheme or not (parts.netloc or parts.path) or "#" in url):
        raise Failure(
            f"{url!r} is not an absolute URL.",
            "For example: --docs-url "
            "https://git.example.org/pants-xpkg/blob/main/docs/lint-rules.md.",
        )
    return url
