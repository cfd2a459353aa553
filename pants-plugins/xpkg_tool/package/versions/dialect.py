"""The two libraries with which Crossplane reads versions and constraints.

They take the same operators and differ in what these mean (masterminds_1.py, masterminds_3.py).
"""

from __future__ import annotations

from enum import Enum


class Dialect(Enum):
    """A version of Masterminds/semver: 1.5.0 is that of Crossplane up to 2.2, 3.4.0 that of 2.3 and
    later."""

    MASTERMINDS_1 = "Masterminds/semver 1"
    MASTERMINDS_3 = "Masterminds/semver 3"
