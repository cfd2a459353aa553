"""No secret reaches a process: Pants stores the arguments, environment and inputs of each.

So publishing passes on where credentials are, never the credentials themselves.
"""

from __future__ import annotations

import re
from typing import Iterable, Mapping

_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|PWD$|CREDENTIAL|API_?KEY|(ACCESS|PRIVATE|SIGNING)_?KEY"
    r"|AUTH_CONFIG|_AUTH$|_PAT$|COOKIE"
)
# Variables that name a file, such as AWS_WEB_IDENTITY_TOKEN_FILE.
_PLACE = re.compile(r"_(FILE|PATH|DIR|HOME)$|^GOOGLE_APPLICATION_CREDENTIALS$")
_NAMES_THAT_ARE_PLACES = ("PWD", "OLDPWD")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROXY = re.compile(r"_PROXY$")
_USER_INFO_IN_URL = re.compile(r"//[^/\s]*@")


def looks_secret(name: str) -> bool:
    """Whether a variable of this name usually holds a secret rather than a place."""
    upper = name.upper()
    if upper in _NAMES_THAT_ARE_PLACES or _PLACE.search(upper):
        return False
    return _SECRET.search(upper) is not None


_OPTION = "[xpkg].env_vars"
_LOGIN = (
    "log in with `docker login` or a credential helper, which publishing finds through HOME, "
    "DOCKER_CONFIG and PATH."
)


def unreadable_entries(requested: Iterable[str], option: str = _OPTION) -> tuple[str, ...]:
    """A sentence for each entry of the option that is neither `NAME` nor `NAME=value`."""
    names = (entry.partition("=")[0] for entry in requested)
    return tuple(
        f"`{option}` has an entry {name!r}, which is not a valid variable name."
        for name in names
        if not _NAME.fullmatch(name)
    )


def refused_variables(
    requested: Iterable[str], values: Mapping[str, str], option: str = _OPTION, login: str = _LOGIN
) -> tuple[str, ...]:
    """A sentence for each variable that no process must see; no value is in any of them.

    `requested` are the entries of the option, `NAME` or `NAME=value`; `login` is how else to bring
    a secret.
    """
    names = dict.fromkeys(entry.partition("=")[0] for entry in requested)
    refused = (_refusal(name, values.get(name, ""), option, login) for name in names)
    return tuple(filter(None, refused))


def _refusal(name: str, value: str, option: str, login: str) -> str:
    if looks_secret(name):
        return (
            f"`{option}` names {name}, which looks like a secret, and Pants stores the "
            f"environment of each process. Remove it; {login}"
        )
    has_user = "@" in value if _PROXY.search(name.upper()) else _USER_INFO_IN_URL.search(value)
    if has_user:
        return (
            f"The environment variable {name} holds a URL with a user or password, and Pants "
            "stores the environment of each process. Remove them from the URL (a local proxy can "
            f"add them), or remove the variable from `{option}`."
        )
    return ""
