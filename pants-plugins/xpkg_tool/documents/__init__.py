"""Reading YAML as Kubernetes does: streams of documents, their values and positions."""
