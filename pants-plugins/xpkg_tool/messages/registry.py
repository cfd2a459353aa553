"""How a registry is used: a part of several requests."""

from typing import NamedTuple


class RegistryOptions(NamedTuple):
    """`insecure`: plain HTTP. `ca_file`: a PEM file of authorities to trust beside the usual ones,
    "" for none. `mutable_tags`: globs; no other tag is ever moved to another digest."""

    insecure: bool = False
    ca_file: str = ""
    mutable_tags: tuple[str, ...] = ()
