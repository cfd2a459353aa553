"""Structural schemas, as Kubernetes accepts them in CRDs and XRDs."""
