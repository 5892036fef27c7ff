"""A registry's lists, over TLS verified by its certificate authority.

Source: distribution's HTTP API V2, "Listing Repositories", "Listing Image Tags" and their "Pagination": an answer holds
one page, and its Link header says where the next one is.
"""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from registry_stack.common.errors import RegistryError
from registry_stack.common.lazy import requests
from registry_stack.registry.https import PinnedServer

SECONDS = 10
PAGE = 100

# A path, with its query -> the page's document, and the path of the page after it.
GetPage = Callable[[str], tuple[dict[str, Any], str | None]]


class RegistryApi(PinnedServer):
    """A registry. Its methods raise RegistryError for what it answers, OSError if it does not."""

    def repositories(self, page: int = PAGE) -> list[str]:
        """All repositories, asked for in pages of `page`."""
        return all_pages(self._page, f"/v2/_catalog?n={page}", "repositories")

    def tags(self, repository: str, page: int = PAGE) -> list[str]:
        """All tags of a repository, asked for in pages of `page`."""
        return all_pages(self._page, f"/v2/{repository}/tags/list?n={page}", "tags")

    def _page(self, path: str) -> tuple[dict[str, Any], str | None]:
        with self.get(path, SECONDS) as answer:
            body = answer.read()
        if answer.status != http.client.OK:
            raise RegistryError(f"GET {path} was answered with {answer.status}: {body[:200]!r}")
        document: dict[str, Any] = json.loads(body)
        return document, next_path(path, answer.getheader("Link"))


def all_pages(get: GetPage, path: str, key: str) -> list[str]:
    """What the pages from `path` on have under `key`; an empty page may have null there."""
    found: list[str] = []
    following: str | None = path
    while following:
        document, following = get(following)
        found += document[key] or []
    return found


def next_path(path: str, link: str | None) -> str | None:
    """The path of the next page, as the Link header of the one at `path` gives it: absolute, or relative to that."""
    for each in requests.utils.parse_header_links(link or ""):
        if each.get("rel") == "next":
            parts = urlsplit(urljoin(path, each["url"]))
            return urlunsplit(("", "", parts.path, parts.query, ""))
    return None
