"""Hosts of several systems, made of containers, for the tests and the bench."""
