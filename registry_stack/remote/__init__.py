"""Reaching a machine: SSH, and its Docker engine."""
