"""Removes the project's own tools, unless a stack still needs them to be taken down."""

from argparse import Namespace

from registry_stack.common.errors import StackError
from tasks.command import spelled
from tasks.files import remove_folder
from tasks.layout import HERE
from tasks.stack.stacks import stacks_with_resources


def remove_tools(_: Namespace) -> None:
    """Removes .tools. Raises StackError if a stack has resources: nothing else could remove them."""
    left = stacks_with_resources()
    if left:
        counted = ", ".join(f"{stack} ({count})" for stack, count in left.items())
        raise StackError(
            f"there are stacks with resources, which only the tools can remove: {counted}; "
            f"run `{spelled('demo-down')}` first, or `pulumi destroy` for your own stacks"
        )
    remove_folder(HERE.tools)
    print("removed .tools; .state stays, because its passphrase guards the secrets in stack files")
