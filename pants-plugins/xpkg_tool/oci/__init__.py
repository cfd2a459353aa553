"""The image format: references, manifests, configs, layers, and the archives that contain them."""
