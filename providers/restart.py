"""Tombstone: stacks of earlier versions have this resource, the restart of a client, which is the Trust's now."""

from providers.base import Provider


class RestartProvider(Provider):
    """Lets such a resource go: there is nothing to read of it, or to delete."""
