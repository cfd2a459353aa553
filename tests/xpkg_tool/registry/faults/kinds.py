"""The kinds of requests that a push makes."""

from __future__ import annotations

# One of each kind of request that a push makes.
REQUESTS = [
    ("GET", "/v2/$"),
    ("HEAD", "manifests/"),
    ("GET", "manifests/v1$"),
    ("HEAD", "blobs/"),
    ("POST", "uploads"),
    ("PUT", "uploads"),
    ("PUT", "manifests/sha256:"),
    ("PUT", "manifests/v1$"),
]
