"""The fields of Compositions that only Crossplane 1 has."""

from __future__ import annotations

# The fields that Crossplane 2 no longer has.
OLD_FIELDS = ("resources", "patchSets", "environment", "publishConnectionDetailsWithStoreConfigRef")
OLD_MODE = "Resources"
