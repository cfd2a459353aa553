"""The tool: reads, lints, builds and publishes Crossplane packages. It knows nothing of Pants."""

# docs/package-format.md says what a change of this number means.
FORMAT_VERSION = 1

# The version of this release, or of the next one. Descriptions of packages contain it, so that they
# are the same for all builds between two releases.
VERSION = "0.1.0"

# True only in the commit of a release: all other builds have a digest of their sources in the
# wheel's version and in `xpkg --version`.
RELEASED = False
