"""User names and passwords in the name of a package (`user:password@host/repository`), which people
write into files although no reference can contain any: nothing that is printed may show them."""

from __future__ import annotations

import re

HIDDEN = "***"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DIGEST = re.compile(r"@sha[0-9]+:[^@/]*\Z")
_WORD = re.compile(r"\S+")
# Of a line, what may be a name: without what surrounds it in YAML.
_PART = re.compile(r"[^\s'\"`,()\[\]{}<>]+")
# What may stand before a word in a text or in YAML.
_OPENING = "`'\"([{<,-"


def without_user(name: str) -> str:
    """A reference or a source as it may be shown. The `@` of a tag or a digest, which is in the
    last part of a repository, begins no host."""
    if "@" not in name:
        return name
    scheme = _SCHEME.match(name)
    start = scheme.end() if scheme else 0
    digest = _DIGEST.search(name, start)
    end = digest.start() if digest else len(name)
    slash = name.rfind("/", start, end)
    at = name.rfind("@", start, end if slash < 0 else slash)
    return _hidden(name, start, at)


def hidden_in(text: str) -> str:
    """A text in which each word that is such a name is shown without it."""
    return _WORD.sub(lambda word: _word(word.group()), text) if "@" in text else text


def shows_user(line: str) -> bool:
    """Whether a line of a file has such a name, or what may be one."""
    if "@" not in line:
        return False
    return any("@" in part and _suspicious(part) for part in _PART.findall(line))


def _word(word: str) -> str:
    """Only before its first slash, a word of a sentence can name a user: others are paths."""
    bare = word.lstrip(_OPENING)
    scheme = _SCHEME.match(bare)
    start = scheme.end() if scheme else 0
    slash = bare.find("/", start)
    shown = bare if slash < 0 else _hidden(bare, start, bare.rfind("@", start, slash))
    return word[: len(word) - len(bare)] + shown


def _suspicious(part: str) -> bool:
    if "/" not in part and ":" not in part.partition("@")[0]:
        # An address for mail, such as a maintainer's.
        return False
    name = part.rpartition("://")[2]
    return without_user(name) != name


def _hidden(name: str, start: int, at: int) -> str:
    return name if at <= start else f"{name[:start]}{HIDDEN}{name[at:]}"
