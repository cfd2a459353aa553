"""Where connections may lead: looked at when a name has been resolved, not before, since a name
says nothing of the address behind it, and may have another one the next time."""

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
    """A server sent us to a host in a network in which it has no business. `host` is its name. Not
    one of the exceptions that urllib3 translates."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class Destinations:
    """The rule for all connections on behalf of one registry. `home` is the registry's origin; the
    user named it, and it may be anywhere. What it sends us to may be in a network to which the
    registry's own may lead (addresses.may_lead). None for no rule. Usable from several threads.

    Through a proxy it is the proxy that resolves names: there nothing is known but the name."""

    def __init__(self, home: Origin | None) -> None:
        self._home = None if home is None else (_plain(home.host), home.port)
        self._lock = threading.Lock()
        self._network = None if home is None else named_network(home.host)

    def connected(self, connection: Any, connect: Callable[[], socket.socket]) -> socket.socket:
        """A socket for urllib3's `connection`, which `connect` would make without a rule. Raises
        Forbidden and urllib3's exceptions."""
        host = connection._dns_host
        if self._home is None or connection.proxy is not None or self._is_home(connection):
            return connect()
        addresses = self._addresses(connection, host)
        # Each name lookup may have other answers, so what was looked at is what is connected to.
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
        """Says that `connection` is open and, with TLS, that the host is who it should be: the
        first one to the registry tells where that is."""
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
            # One that was not reached (or by a proxy) counts as public.
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
    # What comes after a percent sign is the name of one of this machine's interfaces.
    return network_of(ip_address(address.partition("%")[0]))
