"""Names of resources: a child's begins with its parent's, so that several stacks fit into one program."""

import pulumi

_EARLIER = "registry-stack"


def formerly(name: str, stack: str) -> list[pulumi.Alias]:
    """Aliases of a resource of the stack of that name: earlier versions called it by its name without the stack's.

    Their program had one stack, always of the same name. Another stack must not take over what that one has.
    """
    return [pulumi.Alias(name=name.removeprefix(f"{stack}-"))] if stack == _EARLIER else []


def child_of(stack: pulumi.Resource, name: str) -> pulumi.ResourceOptions:
    """Options for a resource of the stack."""
    return pulumi.ResourceOptions(parent=stack, aliases=formerly(name, stack.pulumi_resource_name))
