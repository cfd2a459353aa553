"""A credential for one registry, and credential helpers (docker-credential-*)."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from xpkg_tool.diagnostics.errors import CREDENTIALS, PublishError, publish_error

HELPER_TIMEOUT = 60.0
# In bytes. Tokens are a few kilobytes long.
_MAX_OUTPUT = 1024 * 1024
# The answer of helpers that have no credential: not a failure, but "anonymous".
_NOT_FOUND = b"credentials not found in native keychain"
# By docker's convention the secret of this user is an identity token.
_TOKEN_USER = "<token>"


@dataclass(frozen=True)
class Credential:
    """A credential for a registry. If all fields but `source` are empty, it is anonymous.

    `source` says where it was found (a file, a helper's name, or where there was none) and is for
    messages; the rest never appears in a repr."""

    source: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)

    @property
    def is_anonymous(self) -> bool:
        return not (self.username or self.password or self.identity_token or self.registry_token)


def ask_helper(
    name: str, server: str, env: Mapping[str, str], *, timeout: float = HELPER_TIMEOUT
) -> Credential:
    """The credential that `docker-credential-<name> get` returns for `server`; anonymous if it has
    none.

    `timeout` is in seconds. Raises PublishError, which names the helper and never shows its output.
    The protocol: https://github.com/docker/docker-credential-helpers, "Development"."""
    program = f"docker-credential-{name}"
    path = _absolute_path(env.get("PATH", ""))
    # If PATH is missing or empty, `which` would use its own default.
    plain = os.path.basename(name) == name and bool(path)
    found = shutil.which(program, path=path) if plain else None
    if found is None:
        raise _failed(program, "is not in PATH (only its absolute folders are searched)", server)
    output, status = _run([found, "get"], program, server, {**env, "PATH": path}, timeout)
    if status != 0:
        if _NOT_FOUND in output:
            return Credential(f"{program} (which has none for {server})")
        raise _failed(program, f"failed with exit status {status}", server)
    try:
        # Not parsed as integers: one with a million digits takes longer than the timeout.
        answer = json.loads(output, parse_int=float)
        username, secret = answer["Username"], answer["Secret"]
    except (ValueError, KeyError, TypeError, RecursionError):
        username = secret = None
    if not isinstance(username, str) or not isinstance(secret, str):
        raise _failed(program, "returned output that is not in the helpers' format", server)
    if username == _TOKEN_USER:
        return Credential(program, identity_token=secret)
    return Credential(program, username, secret)


def _absolute_path(path: str) -> str:
    """PATH without relative entries (such as an empty one or `.`): the current folder may be a
    repository, and writing to it must not be enough to run a helper that gets credentials."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if os.path.isabs(entry))


def _run(
    argv: list[str], program: str, server: str, env: Mapping[str, str], timeout: float
) -> tuple[bytes, int]:
    """The output and exit status. stderr is discarded, because it may contain secrets."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(env),
            # Its own group, so that the child processes of a hanging helper end with it.
            start_new_session=True,
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _failed(program, f"cannot be run ({reason})", server) from None
    with process:
        try:
            return _ask(process, server.encode(), time.monotonic() + timeout)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                message = f"did not answer within {timeout:g} seconds"
            elif isinstance(error, _TooLong):
                message = f"returned more than {_MAX_OUTPUT} bytes"
            else:
                raise
            raise _failed(program, message, server) from None


class _TooLong(Exception):
    pass


def _ask(process: subprocess.Popen[bytes], question: bytes, deadline: float) -> tuple[bytes, int]:
    """Like `communicate`, but limits how much output is kept in memory."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(question)
        process.stdin.close()
    except BrokenPipeError:
        pass  # It does not read its input; only the answer counts.
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = max(0.0, deadline - time.monotonic())
            if not selector.select(left):
                raise subprocess.TimeoutExpired("", left)
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return bytes(output), process.wait(max(0.0, deadline - time.monotonic()))
            output += chunk
            if len(output) > _MAX_OUTPUT:
                raise _TooLong


def _failed(program: str, what: str, server: str) -> PublishError:
    return publish_error(
        CREDENTIALS,
        f"The credential helper {program} {what}; it was run for {server}",
        f"Try `echo {server} | {program} get`, or correct credHelpers and credsStore in docker's "
        "config.json.",
    )
