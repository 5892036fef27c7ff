"""The demo's stack, and a tour of what it can do."""
