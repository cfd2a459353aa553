"""The Pants backend for Crossplane packages.

Its rules await each other by their types (`Get`), as Pants up to 2.29 needs it. From 2.30 on their
twins, which await by name, are imported in their place (build-support/by_name.py).
"""

from __future__ import annotations

import os

from packaging.version import Version
from pants.version import PANTS_SEMVER

BY_NAME = Version("2.30.0.dev0") <= PANTS_SEMVER

if BY_NAME:
    __path__.insert(0, os.path.join(__path__[0], "_by_name"))
