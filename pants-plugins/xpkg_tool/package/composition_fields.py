"""What Compositions of Crossplane 1 had: for the rules of a Composition and for its facts."""

from __future__ import annotations

# The fields that Crossplane 2 has no more.
OLD_FIELDS = (
    "resources",
    "patchSets",
    "environment",
    "publishConnectionDetailsWithStoreConfigRef",
)
OLD_MODE = "Resources"
