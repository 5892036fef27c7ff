"""The shape that all resources and providers have."""

import importlib
import pkgutil
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import providers
from providers.base import StackResource, changed, docker_machine, drift_in, login
from registry_stack.remote.login import Login

for each in pkgutil.iter_modules(providers.__path__):
    importlib.import_module(f"providers.{each.name}")
RESOURCES = StackResource.__subclasses__()
of_every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: str(resource.__name__))


def inputs(resource: type[StackResource]) -> set[str]:
    return {field.name for field in fields(get_type_hints(resource.__init__)["args"])}


@of_every_resource
def test_what_changes_a_resource_is_an_input_of_it(resource: type[StackResource]) -> None:
    assert inputs(resource) >= {*resource.provider.replaces, *resource.provider.updates}
    assert not set(resource.provider.replaces) & set(resource.provider.updates)


@of_every_resource
def test_outputs_are_no_inputs_and_have_drift_from_the_base_alone(resource: type[StackResource]) -> None:
    outputs = {*resource.__annotations__}
    assert not outputs & inputs(resource)
    assert "drift" not in outputs
    assert "drift" in StackResource.__annotations__


@of_every_resource
def test_secrets_are_outputs_and_walls_are_properties(resource: type[StackResource]) -> None:
    outputs = {*resource.__annotations__}
    assert outputs >= set(resource.secrets)
    assert outputs | inputs(resource) >= set(resource.walls)


@of_every_resource
def test_a_provider_has_one_resource(resource: type[StackResource]) -> None:
    assert resource.provider.__module__ == resource.__module__
    assert [each for each in RESOURCES if each.provider is resource.provider] == [resource]


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ({}, {}, []),
        ({"a": 1, "b": 2}, {"a": 1.0, "b": 2}, []),
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": 1}, {}, ["a"]),
        ({}, {"b": []}, ["b"]),
        ({"a": None}, {}, []),
        ({"b": 1, "a": 1}, {}, ["a", "b"]),
        ({"c": 1}, {"c": 2}, []),
    ],
)
def test_what_is_another_value(old: dict[str, Any], new: dict[str, Any], keys: list[str]) -> None:
    assert changed(old, new, ["a", "b"]) == keys


@pytest.mark.parametrize(
    ("outs", "drift"),
    [
        ({}, []),
        ({"drift": []}, []),
        ({"drift": ["/a is missing", "/b is missing"]}, ["/a is missing", "/b is missing"]),
        ({"health": "well"}, []),
        ({"health": "stopped"}, ["health: stopped"]),
        ({"answers": True, "reason": ""}, []),
        ({"answers": False, "reason": "silent"}, ["answers: False"]),
        ({"reaches": False}, ["reaches: False"]),
        ({"managed": False, "status": "not managed"}, ["managed: False"]),
        ({"drift": [], "health": "stopped", "answers": False}, []),
    ],
)
def test_drift_is_read_from_the_outputs_of_every_version(outs: dict[str, Any], drift: list[str]) -> None:
    assert drift_in(outs) == drift


def test_drift_is_a_copy() -> None:
    outs = {"drift": ["/a is missing"]}
    drift_in(outs).clear()
    assert outs == {"drift": ["/a is missing"]}


def test_a_tool_and_a_login_are_read_from_what_pulumi_delivers() -> None:
    tool = docker_machine({"tool": {"command": "docker-machine", "storage": "/storage", "deadline": 600.0}})
    assert (tool.command, tool.storage, tool.deadline) == ("docker-machine", Path("/storage"), 600)
    given = {"host": "10.0.0.7", "user": "docker", "port": 2222.0, "host_key": "ssh-ed25519 AAAA"}
    known = login({"login": {**given, "private_key": "K"}})
    assert known == Login("10.0.0.7", "docker", "K", "ssh-ed25519 AAAA", 2222)
    assert isinstance(known.port, int)
    by_file = login({"login": {**given, "key_file": "~/.ssh/id"}})
    assert by_file == Login("10.0.0.7", "docker", None, "ssh-ed25519 AAAA", 2222, "~/.ssh/id")
