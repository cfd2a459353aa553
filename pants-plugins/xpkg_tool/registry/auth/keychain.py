"""Finds the credential for a registry where docker would: docker's config.json, then containers'
auth.json.

The rules are those of docker's CLI (cli/config) and of go-containerregistry's default keychain,
which the Crossplane CLI uses; tests/vectors/keychain.jsonl has test vectors of both. If a docker
config exists, auth.json is not read. In one thing we follow docker, not go-containerregistry: a
helper for the host takes precedence over credsStore."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from typing import Any, Union

from xpkg_tool.diagnostics.errors import CREDENTIALS, PublishError, publish_error
from xpkg_tool.oci.reference import DOCKER_HUB
from xpkg_tool.registry.auth.credential import HELPER_TIMEOUT, Credential, ask_helper

# The answers of helpers (or how they failed), by (helper name, registry).
Answers = dict[tuple[str, str], Union[Credential, PublishError]]
# The key under which `docker login` stores the credential for Docker Hub.
_DOCKER_HUB_KEY = "https://index.docker.io/v1/"


def find_credential(
    registry: str,
    repository: str,
    env: Mapping[str, str],
    *,
    helper_timeout: float = HELPER_TIMEOUT,
    answers: Answers | None = None,
) -> Credential:
    """The credential for `registry` (`host[:port]`), or an anonymous one whose `source` says where
    it was looked for. Reads only files and variables of `env` (HOME, DOCKER_CONFIG, PATH,
    REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME). `answers` is a cache for the answers of
    helpers: it is read and updated. Raises PublishError for a config that cannot be read and for a
    helper that fails."""
    path = _config_file(env)
    if path is None:
        return Credential("no credentials: there is no docker config and no auth.json")
    config = _read(path)
    host = _DOCKER_HUB_KEY if registry == DOCKER_HUB else registry
    keys = (f"{registry}/{repository}", host)
    helpers = _section(path, config, "credHelpers")
    helper = next((helpers[key] for key in keys if key in helpers), config.get("credsStore"))
    entries = {key: _entry(path, key, e) for key, e in _section(path, config, "auths").items()}
    if helper:
        if not isinstance(helper, str):
            raise _broken(path, "the name of a credential helper is not a string")
        answers = {} if answers is None else answers
        if (helper, host) not in answers:
            try:
                answers[helper, host] = ask_helper(helper, host, env, timeout=helper_timeout)
            except PublishError as error:
                # Do not wait again for a helper that hangs, for every repository.
                answers[helper, host] = error
        answer = answers[helper, host]
        if isinstance(answer, PublishError):
            raise answer
        return answer
    for key in keys:
        found = _lookup(entries, key)
        if found is not None and not found.is_anonymous:
            return found
    return Credential(f"no credentials for {host} in {path}")


def _config_file(env: Mapping[str, str]) -> str | None:
    home, docker_config = env.get("HOME", ""), env.get("DOCKER_CONFIG", "")
    in_home = os.path.join(home, ".docker", "config.json") if home else ""
    named = os.path.join(docker_config, "config.json") if docker_config else ""
    if any(path and os.path.isfile(path) for path in (in_home, named)):
        # A DOCKER_CONFIG without the file hides the one in the home directory, as with docker.
        return named or in_home
    candidates = [env.get("REGISTRY_AUTH_FILE", "")]
    for variable in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        if env.get(variable):
            candidates.append(os.path.join(env[variable], "containers", "auth.json"))
    return next((path for path in candidates if path and os.path.isfile(path)), None)


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _broken(path, error.strerror or type(error).__name__) from None
    if not content.strip():
        return {}
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        # The parser's own message is not shown: it may quote the file.
        raise _broken(path, "it is not valid JSON") from None
    if not isinstance(data, dict):
        raise _broken(path, "it is not a JSON object")
    return data


def _section(path: str, config: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = config.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise _broken(path, f"{name} is not a JSON object")
    return section


def _entry(path: str, key: str, entry: Any) -> Credential:
    where = f"auths entry {key!r}"
    values: dict[str, str] = {}
    for name in ("auth", "username", "password", "identitytoken", "registrytoken"):
        value = (entry.get(name) or "") if isinstance(entry, dict) else None
        if not isinstance(value, str):
            raise _broken(path, f"the {where} does not have docker's format")
        values[name] = value
    username, password = values["username"], values["password"]
    if values["auth"]:
        try:
            decoded = base64.b64decode(values["auth"], validate=True).decode()
        except (binascii.Error, ValueError):
            raise _broken(path, f"auth of the {where} is not base64") from None
        username, colon, password = decoded.partition(":")
        if not colon or not username:
            raise _broken(path, f"auth of the {where} is not user:password in base64")
        password = password.strip("\0")
    return Credential(path, username, password, values["identitytoken"], values["registrytoken"])


def _lookup(entries: Mapping[str, Credential], key: str) -> Credential | None:
    """Docker's rule: the entry with this key, or else one whose host is the key (in a fixed order;
    docker's order is random)."""
    if key in entries:
        return entries[key]
    return next((entries[name] for name in sorted(entries) if _host_of(name) == key), None)


def _host_of(key: str) -> str:
    for scheme in ("http://", "https://"):
        key = key.removeprefix(scheme)
    return key.split("/", 1)[0]


def _broken(path: str, what: str) -> PublishError:
    return publish_error(
        CREDENTIALS,
        f"The credentials in {path} cannot be read: {what}",
        "Fix the file, or log in again: `docker login REGISTRY`.",
    )
