"""Publishing: references, credentials, registries and OCI layout directories."""
