"""The workshop: tools, a local Docker engine, stacks by Pulumi's command line, the demo, the bench. See __main__.py."""

import sys

# checked here, before the import of any module that older versions can't even parse
if sys.version_info < (3, 11):  # noqa: UP036  # the user may well have an older one
    sys.exit("registry-stack needs Python 3.11 or newer; " + sys.executable + " is " + sys.version.split()[0])
