"""What `make` runs: the project's own tools, a local Docker engine, the environment that Pulumi is run in."""

import sys

# Checked here, before any module that older versions could not even read.
if sys.version_info < (3, 11):  # noqa: UP036  # whoever starts this may well have an older one
    sys.exit("registry-stack needs Python 3.11 or newer; " + sys.executable + " is " + sys.version.split()[0])
