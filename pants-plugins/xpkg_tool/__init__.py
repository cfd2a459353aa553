"""The tool: reads, lints, builds and publishes Crossplane packages. It knows nothing of Pants."""

# What a change of this number means is written in docs/package-format.md.
FORMAT_VERSION = 1

# The version of the wheel; pyproject.toml takes it from here.
VERSION = "0.1.0"
