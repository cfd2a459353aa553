"""Tags that look like versions, some of which the package manager ignores."""

from __future__ import annotations

import re

# What people write as a version; anything else, such as `latest`, is not meant as one.
_LIKE_A_VERSION = re.compile(r"[vV][0-9]+(?:[.\-].*)?|[0-9]+\.[0-9]+(?:[.\-].*)?")
# What the package manager accepts (Masterminds/semver), without incomplete versions, which it
# ignores.
_COMPLETE = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")


def is_nearly_a_version(tag: str) -> bool:
    """Whether the tag looks like a version but is not a complete semantic version."""
    return bool(_LIKE_A_VERSION.fullmatch(tag)) and not is_complete_version(tag)


def is_complete_version(tag: str) -> bool:
    """Whether the package manager finds the tag when it looks for a version of a dependency."""
    return _COMPLETE.fullmatch(tag) is not None
