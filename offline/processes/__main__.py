"""A process that is started from the beginning: python -m offline.processes JOB LINE [OUTPUT ERROR], all open files."""

import sys

from offline.kit.paths import hide_own_path
from offline.kit.stubs import without_sdk

if __name__ == "__main__":
    without_sdk()
    # Only now: it imports the stubs.
    from offline.processes.start import do

    hide_own_path()
    do(sys.argv[1], [int(fd) for fd in sys.argv[2:]])
