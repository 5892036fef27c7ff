"""A host of the generic driver before and after docker-machine's work on it: it is never left broken."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from registry_stack.common.errors import CommandError, StackError
from registry_stack.common.options import OptionValue
from registry_stack.guest import generic
from registry_stack.machines.spec import MachineSpec
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root, wait_for_host_key

_SECONDS_TO_START = 120


@contextmanager
def existing_host(spec: MachineSpec, options: Mapping[str, OptionValue], seconds: float) -> Iterator[Login | None]:
    """Makes a host fit for docker-machine, which works on it meanwhile. If that fails, the host's engine runs again.

    Yields how to log in, or None if the machine is no such host. Raises StackError, before docker-machine has touched
    the host, if that could not work.
    """
    host = _login(spec, options, seconds)
    if host is None:
        yield None
        return
    printed = run_as_root(host, generic.prepare_host(), seconds=_SECONDS_TO_START, purpose="looking at its engine")
    try:
        yield host
    except CommandError:
        with suppress(StackError):  # that docker-machine failed is what has to be told
            run_as_root(host, generic.recover_host(known=generic.was_known(printed)), seconds=_SECONDS_TO_START)
        raise


def _login(spec: MachineSpec, options: Mapping[str, OptionValue], seconds: float) -> Login | None:
    """How to log in to a host of the generic driver that is no container machine."""
    if spec.driver != "generic" or spec.instance:
        return None
    host, port = str(options["generic-ip-address"]), int(str(options.get("generic-ssh-port", 22)))
    key_file = options.get("generic-ssh-key")
    return Login(
        host=host,
        user=str(options.get("generic-ssh-user", "root")),
        private_key=spec.ssh_key,
        host_key=spec.host_key or wait_for_host_key(host, port, seconds),
        port=port,
        key_file=None if key_file is None else str(key_file),
    )
