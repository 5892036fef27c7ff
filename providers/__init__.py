"""Dynamic resources, one a file. Files here are named in every stack's state. Add; never rename."""
