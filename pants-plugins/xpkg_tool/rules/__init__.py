"""The lint rules for single objects, by kind; those for whole packages are in xpkg_tool.lint."""
