"""The registries of a run: the settings of each, and one connection to each."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Callable

from xpkg_tool.diagnostics.errors import PublishError, internal_error
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.progress import SILENT, Progress
from xpkg_tool.publish.settings import RegistrySettings

# Importing requests and oras takes 0.2 seconds, which is not needed to write to a directory or to
# report an invalid reference.
if TYPE_CHECKING:
    from xpkg_tool.registry.connection import Connection

Connect = Callable[[str], "Connection"]
CONNECTIONS = 4
# The most repositories from which mounting a blob is tried.
MOST_SOURCES = 4
_PLAIN = RegistrySettings()


class Registries:
    """Connects to a registry when it is first used, and keeps the connection, so that there is one
    probe and one request for each token. Thread-safe. The caller closes it.

    `usual` are the settings of a registry that `settings` does not have; `connections` is the
    maximum number of simultaneous requests; with `reading`, only the right to
    read is requested; `progress` is told what is sent."""

    def __init__(
        self,
        env: Mapping[str, str],
        settings: Mapping[str, RegistrySettings] | None = None,
        *,
        usual: RegistrySettings = _PLAIN,
        connections: int = CONNECTIONS,
        reading: bool = False,
        connect: Connect | None = None,
        progress: Progress = SILENT,
    ) -> None:
        self.progress = progress
        self.connections = max(1, connections)
        self._reading = reading
        self._env = env
        self._settings = settings or {}
        self._usual = usual
        self._connect = connect or self._connect_to
        self._lock = threading.Lock()
        self._open: dict[str, Connection] = {}

    def settings(self, registry: str) -> RegistrySettings:
        return self._settings.get(registry, self._usual)

    def connection(self, registry: str) -> Connection:
        """Raises PublishError."""
        with self._lock:
            if registry not in self._open:
                try:
                    self._open[registry] = self._connect(registry)
                except PublishError:
                    raise
                # A failure with one registry must not affect the others.
                except Exception as error:
                    raise internal_error(error) from None
            return self._open[registry]

    def announce(
        self, places: Sequence[Reference], mount_from: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Announces what will be written, to save tokens: one token can cover several repositories,
        and has to allow mounting from others (`mount_from`, by registry, and the first of the
        repositories itself)."""
        for registry in dict.fromkeys(p.registry for p in places if not p.is_layout):
            names = list(dict.fromkeys(p.repository for p in places if p.registry == registry))
            sources = (*names[:1], *(mount_from or {}).get(registry, ())[:MOST_SOURCES])
            # The error is raised again, and reported, when the connection is used.
            with suppress(PublishError):
                connection = self.connection(registry)
                connection.expect(names)
                for name in names:
                    connection.repository(name, [s for s in sources if s != name])

    @property
    def requests(self) -> int:
        """The number of requests sent so far, to all registries."""
        return sum(connection.requests for connection in self._open.values())

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()

    def _connect_to(self, registry: str) -> Connection:
        from xpkg_tool.registry.connection import PULL, PUSH, connect

        settings = self.settings(registry)
        return connect(
            registry,
            self._env,
            insecure=settings.insecure,
            ca_file=settings.ca_file,
            actions=PULL if self._reading else PUSH,
        )
