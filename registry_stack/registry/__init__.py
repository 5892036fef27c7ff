"""The registry: its configuration, its certificate, its restart, and its API."""
