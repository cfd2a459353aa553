"""Talks to a cluster through the user's own `kubectl`: its configuration, credentials and plugins
are those that the user has there already."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from xpkg_tool.cluster.answer import Unreadable, objects_in
from xpkg_tool.dependencies.model import PACKAGE_GROUP

# Who the API server takes to own the fields that are applied.
FIELD_MANAGER = "pants-xpkg"
_RESOURCES = {
    kind: f"{kind.lower()}s.{PACKAGE_GROUP}" for kind in ("Provider", "Configuration", "Function")
}
_REVISIONS = {kind: f"{kind.lower()}revisions.{PACKAGE_GROUP}" for kind in _RESOURCES}
# How long kubectl may read its configuration.
_LOCAL_SECONDS = 10.0

# What kubectl says where it reaches no cluster, or the wrong one.
_NO_CONTEXT = (
    "context was not found",
    "does not exist",
    "no configuration has been provided",
    "current-context is not set",
)
_NO_LOGIN = ("Unauthorized", "must be logged in", "getting credentials")
_NO_CLUSTER = (
    "connection to the server",
    "Unable to connect",
    "was refused",
    "no such host",
    "timeout",
    "certificate",
)
_ANOTHER = (
    "or name another context: `--xpkg-deploy-context` of Pants, or `--context` of the command line."
)


class ClusterError(Exception):
    """`kubectl` cannot be run, or failed. `str()` is a sentence, or what it printed; `remedy`
    another one, or empty. `of_context`: it depends on the context which cluster that is about."""

    def __init__(self, message: str, remedy: str = "", *, of_context: bool = False) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.of_context = of_context


@dataclass(frozen=True)
class Kubectl:
    """Runs `kubectl` with `env` as its environment (None: that of this process). `context` is one
    of the user's kubeconfig, empty for the current one."""

    context: str = ""
    env: Mapping[str, str] | None = None
    program: str = "kubectl"

    def apply(self, manifest: str, *, force: bool = False) -> str:
        """Applies the objects on the server's side; `force` takes fields over from other owners.
        Returns what kubectl says of each. Raises ClusterError."""
        arguments = ["apply", *_server_side(force), "-f", "-"]
        return self._checked(arguments, manifest)

    def diff(self, manifest: str, *, force: bool = False) -> str:
        """What applying would change, by a dry run on the server, as a diff; empty for nothing.
        Raises ClusterError where the server refuses an object."""
        done = self._run(["diff", *_server_side(force), "-f", "-"], manifest)
        # Of a difference the exit code is 1.
        if done.returncode > 1:
            raise _failed(done)
        return done.stdout

    def create(self, manifest: str) -> str:
        """Creates an object that does not exist yet. Raises ClusterError."""
        arguments = ["create", f"--field-manager={FIELD_MANAGER}", "--validate=strict", "-f", "-"]
        return self._checked(arguments, manifest)

    def set_package(self, kind: str, name: str, reference: str) -> str:
        """Changes the package of an object, and nothing else of it. Raises ClusterError, also where
        the object does not exist."""
        patch = json.dumps({"spec": {"package": reference}})
        arguments = ["patch", f"{_RESOURCES[kind]}/{name}", "--type=merge", f"--patch={patch}"]
        return self._checked([*arguments, f"--field-manager={FIELD_MANAGER}"])

    def objects(
        self, names: Sequence[tuple[str, str]], timeout: float
    ) -> tuple[Mapping[str, Any], ...]:
        """The objects of these kinds and names that exist. Raises ClusterError, also where there is
        no answer within `timeout` seconds."""
        return self._get([f"{_RESOURCES[kind]}/{name}" for kind, name in names], timeout)

    def revisions(
        self, names: Sequence[tuple[str, str]], timeout: float
    ) -> tuple[Mapping[str, Any], ...]:
        """The revisions of these kinds of packages and names that exist. Raises as `objects`."""
        return self._get([f"{_REVISIONS[kind]}/{name}" for kind, name in names], timeout)

    def context_in_use(self) -> str:
        """The context, for a sentence. Never raises: something else has failed already."""
        if self.context:
            return f"the context {self.context}"
        try:
            done = self._run(["config", "current-context"], "", _LOCAL_SECONDS)
        except ClusterError:
            return "an unknown context (kubectl did not say which)"
        current = done.stdout.strip()
        if not current:
            return "no context, since the kubeconfig has no current one"
        return f"the current context of the kubeconfig, {current}"

    def _get(self, names: Sequence[str], timeout: float) -> tuple[Mapping[str, Any], ...]:
        arguments = ["get", *names, "--ignore-not-found", "--output=json"]
        try:
            return objects_in(self._checked(arguments, timeout=timeout))
        except Unreadable as error:
            raise ClusterError(
                f"The answer of `kubectl get` cannot be read: {error}.",
                "Look at what `kubectl get providers.pkg.crossplane.io --output=json` prints.",
            ) from None

    def _checked(
        self, arguments: Sequence[str], text: str = "", *, timeout: float | None = None
    ) -> str:
        done = self._run(arguments, text, timeout)
        if done.returncode:
            raise _failed(done)
        return done.stdout

    def _run(
        self, arguments: Sequence[str], text: str, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        context = [f"--context={self.context}"] if self.context else []
        command = [self.program, *context, *arguments]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                env=self.env,
            )
        except FileNotFoundError:
            raise ClusterError(
                f"There is no program {self.program} on PATH.",
                "Install it: https://kubernetes.io/docs/tasks/tools/.",
            ) from None
        except OSError as error:
            raise ClusterError(f"{self.program} cannot be run: {error.strerror}.") from None
        # Not `subprocess.run`: after the timeout, it waits for all that have the pipes open, such
        # as a plugin that kubectl runs.
        with process:
            try:
                stdout, stderr = process.communicate(text, timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise ClusterError(
                    f"`kubectl {arguments[0]}` did not answer within {timeout:.0f} s.",
                    "Look at whether this machine can reach the cluster (proxy, VPN), and whether "
                    "kubectl waits for somebody to log in.",
                ) from None
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _server_side(force: bool) -> list[str]:
    own = ["--server-side", f"--field-manager={FIELD_MANAGER}"]
    return [*own, "--force-conflicts"] if force else own


def _failed(done: subprocess.CompletedProcess[str]) -> ClusterError:
    # It is shown as an error anyway.
    said = done.stderr.strip().removeprefix("error: ")
    said = said or f"kubectl ended with the exit code {done.returncode}."
    remedy, of_context = "", False
    if "conflict" in said and "--force-conflicts" in said:
        said = said.partition("\nPlease review")[0]
        remedy = (
            "Somebody else owns these fields: the package manager, if it created the object for a "
            "dependent; another deployment; or a person. "
            "`--xpkg-deploy-force-conflicts` takes them over."
        )
    elif "AlreadyExists" in said or "already exists" in said:
        remedy = "Change the package of an object that exists with `xpkg update`."
    elif "NotFound" in said:
        remedy = "Create it with `xpkg install`."
    elif "no matches for kind" in said or "doesn't have a resource type" in said:
        remedy, of_context = f"Install Crossplane in the cluster first, {_ANOTHER}", True
    elif any(words in said for words in _NO_CONTEXT):
        remedy, of_context = f"See `kubectl config get-contexts`, {_ANOTHER}", True
    elif any(words in said for words in _NO_LOGIN):
        remedy, of_context = f"Log in to the cluster again, {_ANOTHER}", True
    elif "(Forbidden)" in said:
        remedy, of_context = f"Ask for the permission to do that, {_ANOTHER}", True
    elif any(words in said for words in _NO_CLUSTER):
        remedy = f"Make sure that the cluster runs and can be reached, {_ANOTHER}"
        of_context = True
    return ClusterError(said, remedy, of_context=of_context)
