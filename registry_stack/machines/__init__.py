"""docker-machine and its machines: made, looked at, healed, moved, removed."""
