"""How go-containerregistry reads 103 references, and where we do not."""

from __future__ import annotations

import json
from pathlib import Path

from xpkg_tool.oci.reference import Reference

VECTORS = Path(__file__).parents[2] / "vectors"
LINES = [json.loads(line) for line in (VECTORS / "references.jsonl").read_text().splitlines()]

# go-containerregistry takes these; the specification's grammar does not.
REFUSED_BY_THE_SPECIFICATION = {
    "example.org/aa:.v1",
    "example.org/aa:-v1",
    "example.org//aa:v1",
    "example.org/aa//b:v1",
    "https://example.org/aa:v1",
    "http://example.org/aa:v1",
    "example.org/a..b:v1",
    "example.org/-a:v1",
    "example.org/a-:v1",
    "example.org/_a:v1",
    "example.org/a___b:v1",
    "example.org/a.:v1",
    "example.org/..:v1",
    "example.org/../b:v1",
    "example.org/./b:v1",
    # Of the host, by the reference grammar; a port above 65535 is no port.
    "ex_ample.org/aa:v1",
    "exämple.org/aa:v1",
    "example.org:/aa:v1",
    "example.org:99999/aa:v1",
}
# It refuses these; the specification does not.
TAKEN_BY_THE_SPECIFICATION = {
    "example.org/a:v1": Reference("example.org", "a", "v1"),
    "example.org/aa@sha512:" + "a" * 128: Reference(
        "example.org", "aa", digest="sha512:" + "a" * 128
    ),
}
# http for them there, https here: only loopback is plain, others must be declared insecure.
PRIVATE = {"10.1.2.3", "192.168.1.1", "172.16.0.1"}
