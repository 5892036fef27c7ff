"""The tools that `pulumi up` needs, and how each is made."""
