"""Rules for the configurations of admission webhooks that a Provider brings."""
