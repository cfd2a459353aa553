"""The lint rules: for single objects by their kind, and for whole packages."""
