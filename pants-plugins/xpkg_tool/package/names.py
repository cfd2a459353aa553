"""Names that upstream derives: DNS labels, friendly IDs, file names (crossplane PR #1795, #1809);
and names that Kubernetes accepts.

The rules, and the vectors in their tests, are those of crossplane-runtime's pkg/xpkg.
"""

from __future__ import annotations

import os.path
import re

_LABEL_LENGTH = 63
_NAME_LENGTH = 50
_DIGEST_LENGTH = 12

_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")

_LABEL_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?")

EXTENSION = ".xpkg"


def to_dns_label(text: str) -> str:
    """`text` converted to a DNS label like upstream's ToDNSLabel does it.

    Lower-case letters and digits are kept; `.`, `/`, `:` and `-` become `-`, except at the first,
    last and 63rd position; everything else is dropped. Only the first 63 bytes count.
    """
    data = text.encode("utf-8")
    label = ""
    for i, byte in enumerate(data[:_LABEL_LENGTH]):
        character = chr(byte)
        if "a" <= character <= "z" or "0" <= character <= "9":
            label += character
        elif character in "./:-" and i not in (0, _LABEL_LENGTH - 1, len(data) - 1):
            label += "-"
    return label.strip("-")


def friendly_id(name: str, digest: str) -> str:
    """`<name>-<12 digits of the digest>` as a DNS label, that is, at most 63 characters.

    `digest` may be given with or without its algorithm (`sha256:`).
    """
    hexadecimal = digest.split(":", 1)[1] if digest.startswith("sha256:") else digest
    # Go slices strings by bytes.
    head = name.encode("utf-8")[:_NAME_LENGTH].decode("utf-8", "ignore")
    return to_dns_label(f"{head}-{hexadecimal[:_DIGEST_LENGTH]}")


def build_path(directory: str, name: str) -> str:
    """The path of a package file: `directory` and `name` joined, its extension *replaced* by .xpkg.

    `build_path("", "test.tar")` is `test.xpkg`; with an empty name, the last component of the
    directory is used (`build_path("a/b.tar", "")` is `a/b.xpkg`), as in PR #1795.
    """
    joined = "/".join(part for part in (directory, name) if part)
    full = os.path.normpath(joined) if joined else ""
    head, slash, tail = full.rpartition("/")
    stem = tail[: tail.rindex(".")] if "." in tail else tail
    return f"{head}{slash}{stem}{EXTENSION}"


def is_dns_subdomain(name: str) -> bool:
    """Whether Kubernetes accepts `name` as an object's name (RFC 1123 subdomain)."""
    return len(name) <= 253 and _DNS_SUBDOMAIN.fullmatch(name) is not None


def label_key_problem(key: str) -> str:
    """Why Kubernetes does not accept it as the key of a label or an annotation, as a clause; empty
    where it does (apimachinery's pkg/util/validation)."""
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return "it has more than one `/`"
    # Kubernetes looks at annotations in lower case, at labels as they are; a prefix in upper case
    # is rare enough for one rule.
    if slash and not is_dns_subdomain(prefix.lower()):
        return "the prefix is not a valid RFC 1123 subdomain"
    if not name:
        return "it is empty" if not slash else "the name part is empty"
    if len(name) > _LABEL_LENGTH:
        return "the name part must be no more than 63 characters"
    return (
        "" if _LABEL_NAME.fullmatch(name) else "the name part has a character that is not allowed"
    )


def is_label_value(value: str) -> bool:
    """Whether it is empty or at most 63 characters that a label's value may have."""
    return not value or (len(value) <= _LABEL_LENGTH and _LABEL_NAME.fullmatch(value) is not None)
