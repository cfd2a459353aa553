"""Rules that look at a package as a whole."""
