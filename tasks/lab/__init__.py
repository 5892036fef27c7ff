"""Hosts of several systems, made of containers: for tests and the bench."""
