"""Where connections may lead. This is checked after a name has been resolved, because the name does
not tell the address, which may be different the next time."""

from __future__ import annotations

import socket
import threading
from ipaddress import ip_address
from typing import Any, Callable

from urllib3.exceptions import NameResolutionError
from urllib3.util.connection import create_connection

from xpkg_tool.registry.http.addresses import Network, may_lead, named_network, network_of
from xpkg_tool.registry.http.url_policy import Origin


class Forbidden(Exception):
    """A server sent us to a host in a network that is off limits to it. `host` is its name. Not one
    of the exceptions that urllib3 translates."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class Destinations:
    """The policy for all connections on behalf of one registry. `home` is the registry's origin;
    the user named it, so it may be anywhere. Where it sends us depends on its own network
    (addresses.may_lead). With None, everything is allowed. Thread-safe.

    A proxy resolves names itself, so behind one the addresses cannot be checked."""

    def __init__(self, home: Origin | None) -> None:
        self._home = None if home is None else (_plain(home.host), home.port)
        self._lock = threading.Lock()
        self._network = None if home is None else named_network(home.host)

    def connected(self, connection: Any, connect: Callable[[], socket.socket]) -> socket.socket:
        """A socket for urllib3's `connection`, to an address that the policy allows; `connect`
        connects without a policy. Raises Forbidden and urllib3's exceptions."""
        host = connection._dns_host
        if self._home is None or connection.proxy is not None or self._is_home(connection):
            return connect()
        addresses = self._addresses(connection, host)
        # Another lookup may return other addresses, so connect to those that were checked.
        for address in addresses[:-1]:
            try:
                return self._socket(connection, address)
            except OSError:
                continue
        connection._dns_host, name = addresses[-1], host
        try:
            return connect()
        finally:
            connection._dns_host = name

    def reached(self, connection: Any) -> None:
        """Notes that `connection` is open and, with TLS, that the host is authentic: the first
        connection to the registry tells its network."""
        if connection.proxy is None and self._is_home(connection):
            with self._lock:
                if self._network is None:
                    self._network = _network(connection.sock.getpeername()[0])

    def _addresses(self, connection: Any, host: str) -> list[str]:
        try:
            found = socket.getaddrinfo(host.strip("[]"), connection.port, 0, socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(host, connection, error) from error  # type: ignore[arg-type]
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        with self._lock:
            # A registry that was not reached (or reached through a proxy) counts as public.
            network = self._network or Network.PUBLIC
        allowed = [address for address in addresses if may_lead(network, _network(address))]
        if not allowed:
            raise Forbidden(host)
        return allowed

    def _is_home(self, connection: Any) -> bool:
        return (_plain(connection._dns_host), connection.port) == self._home

    def _socket(self, connection: Any, address: str) -> socket.socket:
        return create_connection(
            (address, connection.port),
            connection.timeout,
            source_address=connection.source_address,
            socket_options=connection.socket_options,
        )


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _network(address: str) -> Network:
    # A zone ID, after a percent sign, names one of this machine's interfaces.
    return network_of(ip_address(address.partition("%")[0]))
