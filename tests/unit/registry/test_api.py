"""The registry's lists: every page of them."""

from typing import Any

import pytest

from registry_stack.registry.api import all_pages, next_path

FIRST = "/v2/_catalog?n=2"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (None, None),
        ("", None),
        ('</v2/_catalog?last=b&n=2>; rel="next"', "/v2/_catalog?last=b&n=2"),
        ('<_catalog?last=b&n=2>; rel="next"', "/v2/_catalog?last=b&n=2"),
        ('<https://registry0.localdomain/v2/_catalog?last=b&n=2>; rel="next"', "/v2/_catalog?last=b&n=2"),
        ('</v2/_catalog?last=b%2Fc&n=2>; rel="next"', "/v2/_catalog?last=b%2Fc&n=2"),
        ('</v2/_catalog?n=2>; rel="first", </v2/_catalog?last=b&n=2>; rel="next"', "/v2/_catalog?last=b&n=2"),
        ('</v2/_catalog?n=2>; rel="prev"', None),
    ],
)
def test_next_path(link: str | None, expected: str | None) -> None:
    assert next_path(FIRST, link) == expected


def test_all_pages_are_asked_for_in_turn() -> None:
    pages: dict[str, tuple[dict[str, Any], str | None]] = {
        FIRST: ({"repositories": ["a", "b"]}, "/second"),
        "/second": ({"repositories": ["c", "d"]}, "/third"),
        "/third": ({"repositories": None}, None),
    }
    asked: list[str] = []

    def get(path: str) -> tuple[dict[str, Any], str | None]:
        asked.append(path)
        return pages[path]

    assert all_pages(get, FIRST, "repositories") == ["a", "b", "c", "d"]
    assert asked == [FIRST, "/second", "/third"]
