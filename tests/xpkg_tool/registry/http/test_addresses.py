"""Which network an address is in, in whatever form it is written."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from xpkg_tool.registry.http.addresses import Network, may_lead, named_network, network_of

PUBLIC, PRIVATE, LOOPBACK, OTHER = Network.PUBLIC, Network.PRIVATE, Network.LOOPBACK, Network.OTHER


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("8.8.8.8", PUBLIC),
        ("2606:4700::1", PUBLIC),
        ("10.1.2.3", PRIVATE),
        ("172.31.255.255", PRIVATE),
        ("172.32.0.1", PUBLIC),
        ("192.168.0.1", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("100.128.0.1", PUBLIC),
        ("198.18.0.7", PRIVATE),
        ("198.20.0.1", PUBLIC),
        ("fd00:ec2::254", PRIVATE),
        ("fec0::1", PRIVATE),
        ("127.8.9.1", LOOPBACK),
        ("::1", LOOPBACK),
        ("0.0.0.0", LOOPBACK),
        ("::", LOOPBACK),
        ("169.254.169.254", OTHER),
        ("fe80::1", OTHER),
        ("224.0.0.1", OTHER),
        ("ff02::1", OTHER),
        ("255.255.255.255", OTHER),
        ("240.0.0.1", OTHER),
        ("192.0.2.1", OTHER),
        ("2001:db8::1", OTHER),
        # Those that stand for an IPv4 address are where that is.
        ("::ffff:8.8.8.8", PUBLIC),
        ("::ffff:10.0.0.1", PRIVATE),
        ("::ffff:127.0.0.1", LOOPBACK),
        ("::127.0.0.1", LOOPBACK),
        ("64:ff9b::8.8.8.8", PUBLIC),
        ("64:ff9b::10.0.0.1", PRIVATE),
        ("64:ff9b::169.254.169.254", OTHER),
        ("64:ff9b:1::127.0.0.1", LOOPBACK),
        ("2002:7f00:1::", LOOPBACK),
        ("2002:a00:1::1", PRIVATE),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", OTHER),
    ],
)
def test_network_of(address: str, network: Network) -> None:
    assert network_of(ip_address(address)) is network
    assert named_network(f"[{address}]" if ":" in address else address) is network


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("localhost", LOOPBACK),
        ("LOCALHOST.", LOOPBACK),
        ("a.localhost", LOOPBACK),
        ("127.1", LOOPBACK),
        ("0x7f000001", LOOPBACK),
        ("2130706433", LOOPBACK),
        ("0", LOOPBACK),
        ("10.1", PRIVATE),
        ("169.254.43518", OTHER),
        ("example.org", None),
        ("metadata.google.internal", None),
    ],
)
def test_named_network(host: str, network: Network | None) -> None:
    assert named_network(host) is network


def test_what_may_lead_where() -> None:
    """To the same kind of network or a wider one; the link and special addresses are nobody's."""
    allowed = {(a.name, b.name) for a in Network for b in Network if may_lead(a, b)}
    assert allowed == {
        ("PUBLIC", "PUBLIC"),
        ("PRIVATE", "PUBLIC"),
        ("PRIVATE", "PRIVATE"),
        ("LOOPBACK", "PUBLIC"),
        ("LOOPBACK", "PRIVATE"),
        ("LOOPBACK", "LOOPBACK"),
        ("OTHER", "PUBLIC"),
    }
