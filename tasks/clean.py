"""`make clean`: removes the project's own tools, unless a stack still needs them to be taken down."""

import sys

from tasks.files import remove_folder
from tasks.layout import HERE
from tasks.stack.stacks import stacks_with_resources


def main() -> int:
    """Returns the exit code."""
    left = stacks_with_resources()
    for stack, count in left.items():
        print(f"make clean: {stack} still has {count} resources, which only the tools can remove", file=sys.stderr)
    if left:
        print("make clean: run `make demo-down`, or `pulumi destroy` for a stack of your own, first", file=sys.stderr)
        return 1
    remove_folder(HERE.tools)
    print("removed .tools; .state stays, for its passphrase guards the secrets in stack files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
