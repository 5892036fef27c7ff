"""Tombstone: stacks of earlier versions have this resource, the restart of a client, which is part of Trust now."""

from providers.base import Provider


class RestartProvider(Provider):
    """Drops such a resource: there is nothing to read of it, or to delete."""
