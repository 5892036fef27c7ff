"""What is run on machines: pure functions from wanted state to shell scripts."""
