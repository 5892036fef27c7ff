"""The steps of the guide, one a file. They only wire.

A step is a class, a ComponentResource with Args, if it has children of its own: a machine, an authority, the server's
certificate, the registry, a client's trust. It is a function if what it makes is the stack's own: the network, the
address, the lines of a hosts file. A function takes its resource's name first and the stack as parent last, and returns
what later steps need. To turn one into the other moves resources in the tree of every stack that exists: it needs
aliases.
"""

import warnings

# pulumi-command warns of a resource that nobody here uses when it is imported; PYTHONWARNINGS=error makes that an error
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pulumi_command.remote import Command  # noqa: F401
