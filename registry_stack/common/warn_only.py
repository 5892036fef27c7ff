"""Warnings of libraries stay warnings."""

import sys
import warnings


def warn_only() -> None:
    """Shows warnings that PYTHONWARNINGS or -W would turn into errors: a user can't mend what a library warns of."""
    if any(option.startswith("e") for option in sys.warnoptions):
        warnings.simplefilter("default")
