"""Structural schemas, as Kubernetes takes them in CRDs and XRDs."""
