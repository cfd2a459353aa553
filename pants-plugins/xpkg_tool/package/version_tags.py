"""Tags that look like versions, of which the package manager leaves some out."""

from __future__ import annotations

import re

# What people write for a version; what is no version at all, such as `latest`, is meant to be none.
_LIKE_A_VERSION = re.compile(r"[vV][0-9]+(?:[.\-].*)?|[0-9]+\.[0-9]+(?:[.\-].*)?")
# What the package manager reads (Masterminds/semver), of which it leaves out incomplete ones.
_COMPLETE = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")


def is_nearly_a_version(tag: str) -> bool:
    """Whether the tag looks like a version and is not a complete semantic version."""
    return bool(_LIKE_A_VERSION.fullmatch(tag)) and not _COMPLETE.fullmatch(tag)
