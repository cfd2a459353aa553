"""The kind of network that an address belongs to, and which kind may send a client to which."""

from __future__ import annotations

import enum
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Union

from xpkg_tool.oci.reference import is_loopback

Address = Union[IPv4Address, IPv6Address]

# Networks whose addresses embed an IPv4 address in their last 32 bits: those of NAT64 (RFC 6052,
# RFC 8215), IPv4-mapped and IPv4-compatible ones (RFC 4291).
_LAST_32_BITS = tuple(
    map(
        IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0/96", "::ffff:0:0:0/96", "::/96")
    )
)
_SIX_TO_FOUR = IPv6Network("2002::/16")
# 198.18.0.0/15 is for benchmarks, and transparent proxies (VPNs) resolve all names to it; fec0::/10
# are site-local addresses, which are still in use in places.
_PRIVATE: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "198.18.0.0/15",
        "fc00::/7",
        "fec0::/10",
    )
)


class Network(enum.Enum):
    """A kind of network."""

    PUBLIC = "public"
    # An organization's own: RFC 1918, RFC 4193, the shared space of RFC 6598, and those above.
    PRIVATE = "private"
    # This machine.
    LOOPBACK = "loopback"
    # Link-local addresses (where cloud providers have their metadata services), and those that no
    # service has: multicast, documentation, reserved and other special-purpose addresses.
    OTHER = "other"


# Where a server in one network may send a client: to the same kind or to a wider one.
_MAY_LEAD_TO = {
    Network.PUBLIC: {Network.PUBLIC},
    Network.PRIVATE: {Network.PUBLIC, Network.PRIVATE},
    Network.LOOPBACK: {Network.PUBLIC, Network.PRIVATE, Network.LOOPBACK},
    Network.OTHER: {Network.PUBLIC},
}


def may_lead(source: Network, target: Network) -> bool:
    """Whether a server in the network `source` may send a client to another host, in `target`."""
    return target in _MAY_LEAD_TO[source]


def network_of(address: Address) -> Network:
    """The network of an address; for an IPv6 address that embeds an IPv4 address, that of the
    latter."""
    if isinstance(address, IPv6Address):
        if address == IPv6Address("::1"):
            return Network.LOOPBACK
        embedded = _embedded(address)
        if embedded is not None:
            return network_of(embedded)
    if address.is_loopback or address.is_unspecified:
        # Connecting to 0.0.0.0 connects to this machine.
        return Network.LOOPBACK
    if address.is_multicast or address.is_link_local or address.is_reserved:
        return Network.OTHER
    if any(address in network for network in _PRIVATE):
        return Network.PRIVATE
    return Network.PUBLIC if address.is_global else Network.OTHER


def named_network(host: str) -> Network | None:
    """The network of a host whose name alone tells: an IP address in any notation, or a name of
    this machine. None for a name that has to be resolved."""
    host = host.strip("[]").rstrip(".")
    if is_loopback(host):
        return Network.LOOPBACK
    try:
        return network_of(ip_address(host))
    except ValueError:
        pass
    try:
        # As C programs parse addresses: 127.1, 0x7f000001 and 2130706433 are 127.0.0.1.
        return network_of(IPv4Address(socket.inet_aton(host)))
    except OSError:
        return None


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _LAST_32_BITS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    return None
