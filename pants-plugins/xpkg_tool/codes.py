"""The codes of the lint rules. docs/lint-rules.md has an entry for each, which a test checks.

XP0xx: reading files. XP1xx: the meta object and the package as a whole. XP2xx: objects.
XP3xx: examples.
"""

from __future__ import annotations

INTERNAL = "XP000"
ENCODING = "XP001"
BROKEN_YAML = "XP002"
DIRECTIVE = "XP003"
SEPARATOR = "XP004"
DUPLICATE_KEY = "XP005"
UNREADABLE_VALUE = "XP006"
LIMIT = "XP007"
NOT_YAML = "XP010"
NO_SOURCES = "XP011"

META_MISSING = "XP101"
META_SEVERAL = "XP102"
META_UNKNOWN = "XP103"
PACKAGE_TYPE = "XP104"
CROSSPLANE_VERSION = "XP105"
PACKAGE_SIZE = "XP106"
META_FIELD = "XP107"

NO_KIND = "XP201"
UNKNOWN_KIND = "XP202"
KIND_NOT_ALLOWED = "XP203"

EXAMPLE_NO_KIND = "XP301"
