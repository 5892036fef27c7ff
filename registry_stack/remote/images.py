"""Copying an image from the workstation's engine to a machine's."""

from pathlib import Path

from registry_stack.common.errors import StackError
from registry_stack.common.lazy import docker
from registry_stack.remote.docker_engine import image_id, load_image

_SECONDS = 600


def copy_image(tag: str, address: str, folder: Path) -> str:
    """Streams an image to the engine at `address`, unless that has the same one; returns its id there.

    Raises StackError if the workstation's engine does not have it, or the other one does not accept it.
    """
    try:
        image = docker.from_env(timeout=_SECONDS).images.get(tag)
    except docker.errors.ImageNotFound:
        raise StackError(f"the workstation's engine has no image {tag} to copy: pull or build it first") from None
    except docker.errors.DockerException as error:
        raise StackError(f"the workstation's Docker engine does not answer: {error}") from None
    there = image_id(address, folder, tag)
    if there != image.id:
        load_image(address, folder, image.save(named=tag))
        there = image_id(address, folder, tag)
    if there is None:
        raise StackError(f"the engine at {address} has no image {tag} although it was copied there")
    return there
