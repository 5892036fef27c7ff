"""Labels that mark the stack's containers and network on the workstation's engine, and the use of them.

An `up` that is killed may have created something that its state does not know. It has a name that the next `up` needs,
and Docker would refuse to create another one. So it is removed first, if its labels say that it is this stack's.
"""

from collections.abc import Awaitable, Callable, Mapping

import pulumi
import pulumi_tls as tls

from registry_stack.remote.local_engine import IDENTITY, OWNER

Labels = Mapping[str, pulumi.Input[str]]


def ownership_labels(name: str, owner: str, opts: pulumi.ResourceOptions) -> Labels:
    """The labels of the stack. Another clone's stack may have the same name, `owner`. The identity is the stack's
    alone, since it is in its state: the fingerprint of a key that is used for nothing else."""
    key = tls.PrivateKey(name, algorithm="ED25519", opts=opts)
    return {OWNER: owner, IDENTITY: key.public_key_fingerprint_sha256}


def remove_orphan_before_create(
    remove: Callable[[str, Mapping[str, str]], Awaitable[None] | None],
) -> pulumi.ResourceHookBinding:
    """The hook that passes a resource's name and labels to `remove`, just before its creation; never in a preview.

    What has both at that moment is no other resource of the stack, nor the one that is replaced: the docker provider
    has deleted that one already.
    """

    def before(args: pulumi.ResourceHookArgs) -> Awaitable[None] | None:
        inputs = args.new_inputs or {}
        return remove(inputs["name"], {each["label"]: each["value"] for each in inputs["labels"]})

    return pulumi.ResourceHookBinding(before_create=[before])
