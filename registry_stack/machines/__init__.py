"""docker-machine and its machines: created, inspected, healed, moved, removed."""
