"""What stands in for Pulumi's downloads where only package registries can be reached.

Nothing in here is imported by the program: `offline.install` writes launchers, and the Pulumi CLI starts them
in place of its own language host and of the tls, command and docker plugins.
"""
