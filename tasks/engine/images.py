"""The images of the demo and of the tests, brought up to date on the local engine."""

from argparse import Namespace
from collections.abc import Sequence

import docker

from images.build import BUILD_SECONDS, bring_up_to_date
from images.inputs import IMAGES, SYSTEMS, Image


def make_images(_: Namespace) -> None:
    """Makes what the demo needs. Raises StackError, and what the engine raises."""
    _make(IMAGES)


def make_systems(_: Namespace) -> None:
    """Makes the hosts of several systems as well. Raises StackError, and what the engine raises."""
    _make([*IMAGES, *SYSTEMS])


def _make(images: Sequence[Image]) -> None:
    for step in bring_up_to_date(docker.from_env(timeout=BUILD_SECONDS), images):
        print(step, flush=True)
