"""The string formats that Kubernetes validates, as far as the result is certain."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_interface
from typing import Callable, Mapping

_UUID = "[0-9a-f]{8}-?[0-9a-f]{4}-?%s[0-9a-f]{3}-?%s[0-9a-f]{3}-?[0-9a-f]{12}"


def _like(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE | re.ASCII | re.DOTALL)
    return lambda value: compiled.fullmatch(value) is not None


def _is_ipv4(value: str) -> bool:
    try:
        IPv4Address(value)
    except AddressValueError:
        return False
    return True


def _is_ipv6(value: str) -> bool:
    try:
        IPv6Address(value)
    except AddressValueError:
        return False
    return True


def _is_cidr(value: str) -> bool:
    try:
        ip_interface(value)
    except ValueError:
        return False
    return "/" in value


def _is_date(value: str) -> bool:
    try:
        return bool(
            re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and date.fromisoformat(value)
        )
    except ValueError:
        return False


# kube-openapi pkg/validation/strfmt; where that has peculiar restrictions, this is more lenient.
_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "cidr": _is_cidr,
    "uri": _like("/.*|[a-z][a-z0-9+.-]*:.*"),
    "email": _like(".*@.*"),
    "date": _is_date,
    "uuid": _like(_UUID % ("[0-9a-f]", "[0-9a-f]")),
    "uuid3": _like(_UUID % ("3", "[0-9a-f]")),
    "uuid4": _like(_UUID % ("4", "[89ab]")),
    "uuid5": _like(_UUID % ("5", "[89ab]")),
    "datetime": _like(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ].*"),
    "hexcolor": _like("#?([0-9a-f]{3}|[0-9a-f]{6})"),
    "duration": _like("[-+]?0|.*[0-9] *[a-z\u00b5\u03bc].*"),
    "byte": _like("(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=|[a-z0-9+/]{4})"),
}


def fits_format(name: str, value: str) -> bool:
    """Whether the string has the format; True for an unknown format."""
    # Hyphens in the names of formats are ignored.
    test = _FORMATS.get(name.replace("-", ""))
    return test is None or test(value)
