"""The package as an image: layers, config, manifest and the archive that holds them."""
