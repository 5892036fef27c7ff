"""Builds the images that the demo and the tests run, on the local engine.

An image is left alone as long as its label is the hash of the files that it is made of. If the official counterpart of
an image can be pulled, it is used instead. The others are assembled from Debian packages: in a container if Debian's
image can be pulled, else on this machine.
"""

import contextlib
import io
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import docker
from docker import DockerClient
from docker.errors import APIError, BuildError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from images.inputs import ASSEMBLE, FOLDER, IMAGES, LABEL, Image, digest, input_files
from registry_stack.common.archives import pack_folder
from registry_stack.common.errors import StackError
from registry_stack.common.runner import run

BASE: Final = "debian:bookworm-slim"
PROBE_SECONDS: Final = 5
BUILD_SECONDS: Final = 600
ASSEMBLE_SECONDS: Final = 1800.0
LAST_LINES: Final = 15


class ImagesError(StackError):
    """An image could not be made; the text says why and what would help."""


def last_lines(text: str) -> str:
    """The end of what a failed command said."""
    return "\n".join(text.splitlines()[-LAST_LINES:])


def stale_images(engine: DockerClient, images: Iterable[Image] = IMAGES) -> list[Image]:
    """The images that the engine lacks, or that were made from inputs which have changed since."""

    def built_from(image: Image) -> str | None:
        try:
            labels: dict[str, str] = engine.images.get(image.tag).labels
        except ImageNotFound:
            return None
        return labels.get(LABEL)

    return [image for image in images if built_from(image) != digest(input_files(image))]


def can_pull() -> bool:
    """Whether the engine reaches the public registry. It is asked once, since the answer may take seconds."""
    try:
        docker.from_env(timeout=PROBE_SECONDS).images.get_registry_data(BASE)
    except (DockerException, RequestException):
        return False
    return True


def build(engine: DockerClient, image: Image, context: Path) -> None:
    """Builds `context`, a folder with a Dockerfile. The image that had the tag before is removed if nothing uses it.

    Raises ImagesError with the end of the build's log.
    """
    try:
        previous = engine.images.get(image.tag)
    except ImageNotFound:
        previous = None
    labels = {LABEL: digest(input_files(image))}
    try:
        built, _ = engine.images.build(path=str(context), tag=image.tag, labels=labels, rm=True, forcerm=True)
    except BuildError as error:
        log = "".join(str(entry.get("stream", "")) for entry in error.build_log)
        raise ImagesError(f"building {image.tag} failed: {error}\n{last_lines(log)}") from error
    if previous is not None and previous.id and previous.id != built.id and not previous.tags[1:]:
        with contextlib.suppress(APIError):  # A container still uses it.
            engine.images.remove(previous.id)


def assemble_here(images: list[Image], output: Path) -> None:
    """Assembles the images on this machine. Raises ImagesError if it has no apt, CommandError if that fails."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise ImagesError(
            f"{BASE} can't be pulled, and without it the images can only be made on Debian (apt-get and dpkg-deb)"
        )
    command = ["sh", str(ASSEMBLE), str(FOLDER), str(output), *(image.name for image in images)]
    run(command, environment={}, deadline=ASSEMBLE_SECONDS)


def assemble_in_container(engine: DockerClient, images: list[Image], output: Path) -> None:
    """Assembles the images in a container. Raises ImagesError with the last lines of its log, APIError if the base
    can't be pulled."""
    engine.images.pull(BASE)
    names = " ".join(image.name for image in images)
    container = engine.containers.create(
        BASE, ["sh", "-c", f"mkdir /out && exec sh /images/assemble.sh /images /out {names}"]
    )
    try:
        container.put_archive("/", pack_folder(FOLDER))
        container.start()
        status = container.wait(timeout=BUILD_SECONDS)["StatusCode"]
        if status:
            raise ImagesError(f"assemble.sh in {BASE} ended with {status}:\n{last_lines(container.logs().decode())}")
        for image in images:
            (output / image.name).mkdir(parents=True)
            stream, _ = container.get_archive(f"/out/{image.name}/rootfs.tar")
            with tempfile.TemporaryFile() as archive, (output / image.name / "rootfs.tar").open("wb") as copy:
                archive.writelines(stream)
                archive.seek(0)
                with tarfile.open(fileobj=archive) as members:
                    shutil.copyfileobj(members.extractfile("rootfs.tar") or io.BytesIO(), copy)
    finally:
        container.remove(force=True, v=True)


def assemble(engine: DockerClient, images: list[Image], output: Path, pullable: bool) -> None:
    """Makes `output`/<name>/ with Dockerfile and rootfs.tar for each image."""
    if pullable:
        assemble_in_container(engine, images, output)
    else:
        assemble_here(images, output)
    for image in images:
        shutil.copy(FOLDER / image.name / "Dockerfile", output / image.name)


def make(engine: DockerClient, images: list[Image]) -> Iterator[str]:
    """Makes the images; yields a line before each step."""
    pullable = can_pull()
    yield f"{BASE} {'can' if pullable else 'cannot'} be pulled"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        own = [image for image in images if not (pullable and image.official)]
        for image in images:
            if image not in own:
                yield f"{image.tag}: from {image.official}"
                (output / image.name).mkdir()
                (output / image.name / "Dockerfile").write_text(f"FROM {image.official}\n")
        if own:
            place = f"in {BASE}" if pullable else "on this machine"
            yield f"{', '.join(image.name for image in own)}: unpacking Debian packages {place}"
            assemble(engine, own, output, pullable)
        for image in images:
            yield f"{image.tag}: building"
            build(engine, image, output / image.name)


def bring_up_to_date(engine: DockerClient, images: Sequence[Image]) -> Iterator[str]:
    """Makes the images that are stale; yields a line for each step. Raises StackError, and whatever the engine
    raises."""
    started = time.monotonic()
    stale = stale_images(engine, images)
    for image in images:
        if image not in stale:
            yield f"{image.tag}: up to date"
    yield from make(engine, stale) if stale else ()
    for image in stale:
        size = engine.images.get(image.tag).attrs["Size"] / 1e6
        yield f"{image.tag}: ready, {size:.0f} MB ({time.monotonic() - started:.0f} s)"
