"""Plugins that start while the program is still being imported."""
