"""The tool: reads, lints, builds and publishes Crossplane packages. It knows nothing of Pants."""

# What a change of this number means is written in docs/package-format.md.
FORMAT_VERSION = 1

# The version of the release that this is, or that comes next. It is the one that is written into
# descriptions of packages, which so do not depend on when between two releases they were made.
VERSION = "0.1.0"

# True in the commit of a release alone: all other builds have a digest of their sources in the
# wheel's version and in `xpkg --version`.
RELEASED = False
