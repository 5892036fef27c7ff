"""The language host: what the Pulumi CLI starts to run a Python program."""
