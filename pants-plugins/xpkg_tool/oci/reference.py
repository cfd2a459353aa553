"""References: where a package is published.

There are two forms:
- `registry/repository:tag`, `registry/repository@digest` or both, by the distribution
  specification (https://github.com/opencontainers/distribution-spec, "Pulling manifests") and, for
  the host, by the grammar of github.com/distribution/reference. There are no defaults: a package
  that goes to a registry that nobody named is a leak.
- `oci-layout:DIRECTORY:repository:tag`, a directory in the OCI image layout. The part after
  `oci-layout:` is what skopeo expects after `oci:`. The directory's name has no colon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xpkg_tool.diagnostics.errors import REFERENCE, PublishError, publish_error
from xpkg_tool.diagnostics.finding import Position

LAYOUT_PREFIX = "oci-layout:"
# Docker Hub has two names; credentials and the API use this one.
DOCKER_HUB = "index.docker.io"

DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_COMPONENT_TEXT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_COMPONENT = re.compile(_COMPONENT_TEXT)
# Regular expressions of the parts, for who has no whole reference, and the longest repository.
REPOSITORY = rf"{_COMPONENT_TEXT}(?:/{_COMPONENT_TEXT})*"
MAX_REPOSITORY = 255
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_HOST = re.compile(HOST)
_MAX_TAG = 128
_MAX_LABEL, _MAX_HOST = 63, 253


@dataclass(frozen=True)
class Reference:
    """A parsed reference.

    `registry` is `host[:port]` (IPv6 in brackets), or `oci-layout:DIRECTORY`. At least one of `tag`
    and `digest` (`sha256:<64 hex>`) is not empty."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def is_layout(self) -> bool:
        return self.registry.startswith(LAYOUT_PREFIX)

    @property
    def layout_directory(self) -> str:
        """The directory of an `oci-layout:` reference, as written."""
        return self.registry[len(LAYOUT_PREFIX) :]

    def __str__(self) -> str:
        return join(self.registry, self.repository, self.tag, self.digest)


def join(registry: str, repository: str, tag: str = "", digest: str = "") -> str:
    """The reference with these parts as a string; the inverse of `parse`."""
    separator = ":" if registry.startswith(LAYOUT_PREFIX) else "/"
    return (
        f"{registry}{separator}{repository}"
        + (f":{tag}" if tag else "")
        + (f"@{digest}" if digest else "")
    )


def parse(text: str) -> Reference:
    """Parses a reference; raises PublishError, which points at the character."""
    if text.startswith(LAYOUT_PREFIX):
        return _parse_layout(text)
    _refuse_user_info(text)
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text)
    if scheme:
        raise _error(text, 0, len(scheme.group()), "a reference has no scheme", "Leave it out.")
    slash = text.find("/")
    registry = text[: max(slash, 0)]
    if not names_registry(registry):
        raise _error(
            text,
            0,
            max(slash, 1),
            "the reference does not begin with a registry",
            "Write registry/repository:tag, such as xpkg.example.org/team/package:v1.0.0. A "
            "registry has a dot or a port in its name, or is localhost.",
        )
    _check_registry(text, registry)
    repository, tag, digest = _parse_name(text, slash + 1)
    if registry in ("docker.io", DOCKER_HUB):
        if "/" not in repository:
            raise _error(
                text,
                slash + 1,
                len(repository),
                "a repository on Docker Hub has a namespace before its name",
                f"Write docker.io/<namespace>/{repository}.",
            )
        registry = DOCKER_HUB
    return Reference(registry, repository, tag, digest)


def names_registry(component: str) -> bool:
    """Whether the first part of a name is a registry and no namespace, by the rule of docker and
    go-containerregistry."""
    return "." in component or ":" in component or component == "localhost"


def scheme_of(registry: str, *, insecure: bool = False) -> str:
    """`http` for a registry on loopback or with `insecure`, else `https`. (go-containerregistry
    also uses http for private addresses.)"""
    return "http" if insecure or is_loopback(split_port(registry)[0]) else "https"


def is_loopback(host: str) -> bool:
    """True for localhost, *.localhost, 127.0.0.0/8 and ::1 (with or without brackets)."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    # A build, which only asks whether a name may be one, does not load it.
    from ipaddress import ip_address

    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def split_port(registry: str) -> tuple[str, str]:
    """The host and port ("" if there is none) of `host[:port]`."""
    host, colon, port = registry.rpartition(":")
    if colon and not port.endswith("]"):
        return host, port
    return registry, ""


def _parse_layout(text: str) -> Reference:
    start = len(LAYOUT_PREFIX)
    colon = text.find(":", start)
    directory = text[start:colon] if colon >= 0 else text[start:]
    remedy = "Write oci-layout:DIRECTORY:repository:tag, such as oci-layout:dist/registry:a/b:v1."
    if not directory or not directory.isprintable():
        raise _error(
            text, start, max(len(directory), 1), "the directory has no usable name", remedy
        )
    if colon < 0:
        raise _error(text, len(text), 1, "there is no repository after the directory", remedy)
    repository, tag, digest = _parse_name(text, colon + 1)
    if not tag:
        raise _error(text, len(text), 1, "a reference to an image layout needs a tag", remedy)
    return Reference(LAYOUT_PREFIX + directory, repository, tag, digest)


def _refuse_user_info(text: str) -> None:
    """A password in a reference must not be shown, so this error has no excerpt."""
    at = text.find("@")
    # An `@` after the last slash begins a digest.
    if at < 0 or 0 <= text.rfind("/") < at:
        return
    raise publish_error(
        REFERENCE,
        "A reference cannot contain a user name or password (there is text before an `@`)",
        "Leave them out, and log in to the registry instead: `docker login REGISTRY`.",
    )


def _check_registry(text: str, registry: str) -> None:
    host, port = split_port(registry)
    if host.startswith("["):
        from ipaddress import IPv6Address

        try:
            # A zone ID (`%eth0`) names an interface of this machine, and is not part of a URL.
            IPv6Address(host[1:-1] if host.endswith("]") and "%" not in host else "")
        except ValueError:
            raise _error(
                text, 0, len(host), "this is not an IPv6 address", "Write it as [2001:db8::1]."
            ) from None
    elif not _HOST.fullmatch(host):
        good = _HOST.match(host)
        at = good.end() if good and good.end() < len(host) else 0
        raise _error(
            text,
            at,
            1,
            "a registry's host name consists of letters a-z, digits, hyphens and dots",
            "Correct the name; write an internationalized name in its xn-- form.",
        )
    _check_length(text, host)
    if registry != host and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise _error(
            text,
            len(host) + 1,
            max(len(port), 1),
            "a port is a number from 1 to 65535",
            "Correct it, or leave it out together with the colon.",
        )


def _check_length(text: str, host: str) -> None:
    """Checks the limits of RFC 1035, 2.3.4, which DNS cannot exceed."""
    position = 0
    for label in host.split("."):
        if len(label) > _MAX_LABEL and not host.startswith("["):
            what = f"a label of a host name is longer than {_MAX_LABEL} characters"
            raise _error(text, position, len(label), what, "Correct the registry's name.")
        position += len(label) + 1
    if len(host) > _MAX_HOST:
        what = f"the host name is longer than {_MAX_HOST} characters"
        raise _error(text, 0, len(host), what, "Correct the registry's name.")


def _parse_name(text: str, start: int) -> tuple[str, str, str]:
    """Repository, tag and digest in `text` from `start` on."""
    at = text.find("@", start)
    end = at if at >= 0 else len(text)
    colon = text.find(":", start, end)
    repository_end = colon if colon >= 0 else end
    _check_repository(text, start, repository_end)
    tag, digest = text[repository_end + 1 : end], text[end + 1 :]
    if at >= 0 and not DIGEST.fullmatch(digest):
        raise _error(
            text,
            end + 1,
            max(len(digest), 1),
            "this is not a digest",
            "A digest is `sha256:` and 64 hexadecimal digits (0-9, a-f).",
        )
    if colon >= 0:
        _check_tag(text, colon + 1, end)
    elif at < 0:
        raise _error(text, len(text), 1, "the reference has no tag", "Add one, such as :v1.0.0.")
    return text[start:repository_end], tag, digest


def _check_repository(text: str, start: int, end: int) -> None:
    repository = text[start:end]
    remedy = (
        "A repository's components are separated by `/` and consist of lower-case letters and "
        "digits, which may be separated by one `.`, one or two `_`, or hyphens."
    )
    if not repository:
        raise _error(text, start, 1, "the repository is missing", remedy)
    if len(repository) > MAX_REPOSITORY:
        raise _error(
            text,
            start + MAX_REPOSITORY,
            len(repository) - MAX_REPOSITORY,
            f"the repository is longer than {MAX_REPOSITORY} characters",
            "Shorten it.",
        )
    position = start
    for part in repository.split("/"):
        if not _COMPONENT.fullmatch(part):
            good = _COMPONENT.match(part)
            bad = position + (good.end() if good else 0)
            character = text[bad : bad + 1]
            if bad < end and character.isupper():
                what = "a repository's name is lower-case"
            elif bad == position + len(part) or character in "/._-":
                what = "a component of a repository begins and ends with a letter or a digit"
            else:
                what = "this character is not allowed in a repository"
            raise _error(text, bad, 1, what, remedy)
        position += len(part) + 1


def _check_tag(text: str, start: int, end: int) -> None:
    tag = text[start:end]
    if TAG.fullmatch(tag):
        return
    remedy = (
        "A tag has up to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`."
    )
    if not tag:
        raise _error(text, start, 1, "the tag is empty", remedy)
    good = TAG.match(tag)
    at = good.end() if good else 0
    if at >= _MAX_TAG and tag.isascii():
        raise _error(
            text, start + at, len(tag) - at, f"the tag is longer than {_MAX_TAG} characters", remedy
        )
    if tag[at] == "+":
        remedy = "A tag cannot contain `+`: leave the build metadata out, or use `_` or `-`."
    raise _error(text, start + at, 1, "this character is not allowed here in a tag", remedy)


def _error(text: str, index: int, width: int, message: str, remedy: str) -> PublishError:
    position = Position(1, index + 1, text.replace("\n", "\\n"), width)
    return publish_error(
        REFERENCE, f"{message[:1].upper()}{message[1:]}", remedy, position=position
    )
