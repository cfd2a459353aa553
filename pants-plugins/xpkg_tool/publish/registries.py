"""The registries of a run: what is said of each, and one connection to each."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Callable

from xpkg_tool.diagnostics.errors import PublishError, internal_error
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.progress import SILENT, Progress
from xpkg_tool.publish.settings import RegistrySettings

# requests and oras take 0.2 seconds to import, which a package that goes into a directory, or
# whose reference is wrong, need not wait for.
if TYPE_CHECKING:
    from xpkg_tool.registry.connection import Connection

Connect = Callable[[str], "Connection"]
CONNECTIONS = 4
# Repositories out of which a blob is tried to be mounted.
MOST_SOURCES = 4
_PLAIN = RegistrySettings()


class Registries:
    """Makes a connection to a registry when it is first used, and keeps it, so that probe and
    tokens are asked for once. Usable from several threads. Close it.

    `connections` is how many requests are under way at the same time, at most; `reading` asks for
    no more than the right to read; `progress` is told what is sent."""

    def __init__(
        self,
        env: Mapping[str, str],
        settings: Mapping[str, RegistrySettings] | None = None,
        *,
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
        self._connect = connect or self._connect_to
        self._lock = threading.Lock()
        self._open: dict[str, Connection] = {}

    def settings(self, registry: str) -> RegistrySettings:
        return self._settings.get(registry, _PLAIN)

    def connection(self, registry: str) -> Connection:
        """Raises PublishError."""
        with self._lock:
            if registry not in self._open:
                try:
                    self._open[registry] = self._connect(registry)
                except PublishError:
                    raise
                # What is wrong with one registry must not fail what goes to another one.
                except Exception as error:
                    raise internal_error(error) from None
            return self._open[registry]

    def announce(
        self, places: Sequence[Reference], mount_from: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Says what will be written, so that few tokens are needed: one may be for several
        repositories, and has to be good for mounting out of others (`mount_from`, by registry, and
        the first of the repositories itself)."""
        for registry in dict.fromkeys(p.registry for p in places if not p.is_layout):
            names = list(dict.fromkeys(p.repository for p in places if p.registry == registry))
            sources = (*names[:1], *(mount_from or {}).get(registry, ())[:MOST_SOURCES])
            # An error comes again when the connection is used, and is reported then.
            with suppress(PublishError):
                connection = self.connection(registry)
                connection.expect(names)
                for name in names:
                    connection.repository(name, [s for s in sources if s != name])

    @property
    def requests(self) -> int:
        """Requests sent so far, to all of them."""
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
