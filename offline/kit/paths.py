"""Where this package is found."""

import os
import site
import sys
from pathlib import Path


def hide_own_path() -> str:
    """Keep the program and the processes that it starts from finding first what lies beside this package; returns its
    folder.

    The launcher's PYTHONPATH leads there. Whether they find it at all, after all else, is up to the environment's .pth
    files.
    """
    own = str(Path(__file__).parents[2])
    sys.path[:] = [entry for entry in sys.path if entry != own]
    os.environ.pop("PYTHONPATH", None)
    for folder in site.getsitepackages():
        site.addsitedir(folder)
    return own
