"""Names of resources: a child's begins with its parent's, so that several stacks fit into one program."""

import pulumi


def formerly(name: str, stack: pulumi.Resource) -> list[pulumi.Alias]:
    """The alias of a resource of the stack for what earlier versions called it: the name without the stack's."""
    prefix = f"{stack.pulumi_resource_name}-"
    return [pulumi.Alias(name=name.removeprefix(prefix))]


def child_of(stack: pulumi.Resource, name: str) -> pulumi.ResourceOptions:
    """Options for a resource of the stack."""
    return pulumi.ResourceOptions(parent=stack, aliases=formerly(name, stack))
