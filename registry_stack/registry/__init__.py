"""What runs in the registry's container, and how it is asked."""
