"""Rules for the configurations of admission webhooks in a Provider."""
