"""What stands up a registry and makes engines trust it, in plain Python."""
