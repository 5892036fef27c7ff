"""Facts about machines and engines, and shell scripts for them. Everything here is pure."""
