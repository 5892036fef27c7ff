"""When images are made again, of what, and what is said when they can't be."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest
from docker import DockerClient
from docker.errors import ImageNotFound

from images import build, names
from images.inputs import FOLDER, IMAGES, LABEL, SYSTEMS, Image, digest, input_files
from registry_stack.common.errors import CommandError


def engine_with(labels: dict[str, dict[str, str]]) -> DockerClient:
    def get(tag: str) -> SimpleNamespace:
        if tag not in labels:
            raise ImageNotFound(tag)
        return SimpleNamespace(labels=labels[tag])

    return cast(DockerClient, SimpleNamespace(images=SimpleNamespace(get=get)))


def today() -> dict[str, dict[str, str]]:
    return {image.tag: {LABEL: digest(input_files(image))} for image in IMAGES}


def test_the_digest_follows_content_and_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    files = [tmp_path / "a", tmp_path / "b"]
    first = digest(files, tmp_path)
    assert first == digest(files, tmp_path)
    (tmp_path / "b").write_text("3")
    assert digest(files, tmp_path) != first
    (tmp_path / "b").write_text("2")
    renamed = (tmp_path / "b").rename(tmp_path / "c")
    assert digest([tmp_path / "a", renamed], tmp_path) != first


@pytest.mark.parametrize("image", [*IMAGES, *SYSTEMS], ids=lambda image: image.name)
def test_an_image_depends_on_all_its_files(image: Image) -> None:
    inputs = {path.relative_to(FOLDER).as_posix() for path in input_files(image)}
    own = {f"{image.name}/{name}" for name in ("Dockerfile", "packages.txt", "keep.txt", "setup.sh")}
    assert own | {"assemble.sh"} <= inputs
    assert not [path for path in inputs if path.endswith(".py")]


@pytest.mark.parametrize("image", SYSTEMS, ids=lambda image: image.name)
def test_a_systems_host_is_built_on_an_image_that_comes_before_it(image: Image) -> None:
    everything = [*IMAGES, *SYSTEMS]
    assert image.base is not None
    assert image.base in everything[: everything.index(image)]
    dockerfile = (FOLDER / image.name / "Dockerfile").read_text()
    assert dockerfile.startswith(f"FROM {image.base.tag}\n")
    assert set(input_files(image.base)) < set(input_files(image))


def test_the_demo_has_no_need_of_the_systems_hosts() -> None:
    assert not {image.tag for image in SYSTEMS} & {image.tag for image in IMAGES}
    assert {image.tag for image in SYSTEMS} == {names.HOST, *names.SYSTEMS.values()}


@pytest.mark.parametrize("image", [*IMAGES, *SYSTEMS], ids=lambda image: image.name)
@pytest.mark.parametrize("name", ["packages.txt", "keep.txt"])
def test_lists_are_sorted_and_without_doubles(image: Image, name: str) -> None:
    lines = (FOLDER / image.name / name).read_text().splitlines()
    assert lines == sorted(set(lines))


def test_only_missing_and_changed_images_are_stale() -> None:
    assert build.stale_images(engine_with(today())) == []
    labels = today() | {names.SITE: {LABEL: "of other inputs"}}
    del labels[names.MACHINE]
    assert [image.tag for image in build.stale_images(engine_with(labels))] == [names.MACHINE, names.SITE]


def test_an_image_somebody_else_tagged_is_stale() -> None:
    labels = today() | {names.REGISTRY: {}}
    assert [image.tag for image in build.stale_images(engine_with(labels))] == [names.REGISTRY]


@pytest.mark.parametrize("pullable", [True, False])
def test_official_images_are_taken_where_they_can_be_pulled(pullable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def assemble(*call: object) -> None:
        _, images, output, _ = cast(tuple[object, list[Image], Path, bool], call)
        for image in images:
            (output / image.name).mkdir()
            (output / image.name / "Dockerfile").write_text("FROM scratch\n")

    dockerfiles: dict[str, str] = {}

    def record(*call: object) -> None:
        _, image, context = cast(tuple[object, Image, Path], call)
        dockerfiles[image.name] = (context / "Dockerfile").read_text()

    monkeypatch.setattr(build, "can_pull", lambda: pullable)
    monkeypatch.setattr(build, "assemble", assemble)
    monkeypatch.setattr(build, "build", record)
    steps = list(build.make(engine_with({}), list(IMAGES)))

    official = {"registry": "FROM registry:2\n", "site": "FROM nginx:mainline-alpine\n"} if pullable else {}
    assert dockerfiles == {image.name: "FROM scratch\n" for image in IMAGES} | official
    assert steps[0] == f"{build.BASE} {'can' if pullable else 'cannot'} be pulled"


def test_without_apt_the_error_says_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", Mock(return_value=None))
    with pytest.raises(build.ImagesError, match=r"debian:bookworm-slim can't be pulled.*only be made on Debian"):
        build.assemble_here(list(IMAGES), tmp_path)


def test_a_failing_script_is_shown_with_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "assemble.sh"
    script.write_text("seq 100\necho no such package >&2\nexit 4\n")
    monkeypatch.setattr(build, "ASSEMBLE", script)
    monkeypatch.setattr("shutil.which", Mock(return_value="/usr/bin/it"))
    with pytest.raises(CommandError) as failed:
        build.assemble_here([IMAGES[0]], tmp_path)
    lines = str(failed.value).splitlines()
    assert lines[0] == f"sh {script} {FOLDER} {tmp_path} machine exited with 4:"
    assert lines[-2:] == ["    100", "    no such package"]
