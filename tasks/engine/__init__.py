"""`make engine`: a local Docker engine."""
