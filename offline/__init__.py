"""What stands in for Pulumi's downloads where only package registries can be reached.

Nothing in here is imported by the program: `offline.install` writes what makes the Pulumi CLI start `offline.language`
in place of its own language host, and leave the tls, command and docker plugins to it.
"""
