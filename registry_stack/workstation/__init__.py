"""The workstation that the program runs on: its hosts file, and its trust in the registry."""
