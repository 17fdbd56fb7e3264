"""The catalogs that Fritz knows, read from their definitions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fritz.catalogs.definition import Catalog
from fritz.errors import NotFound

__all__ = ["catalog", "catalogs", "matched_catalogs"]


@cache
def catalogs() -> Mapping[str, Catalog]:
    """Return every catalog that is defined, by name."""
    folder = files("fritz.catalogs").joinpath("definitions")
    read = [
        Catalog.from_fields(tomllib.loads(each.read_text(encoding="utf-8")))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    ]
    return {each.name: each for each in sorted(read, key=lambda each: each.name.lower())}


def catalog(name: str) -> Catalog:
    """Return a catalog.

    Raises
    ------
    NotFound
        None of this name is defined.
    """
    try:
        return catalogs()[name]
    except KeyError as e:
        known = ", ".join(catalogs())
        raise NotFound(f"no catalog {name}; there are {known}") from e


def matched_catalogs(survey: str) -> list[Catalog]:
    """Return the catalogs that a survey's alerts are matched with as they come."""
    return [
        each
        for each in catalogs().values()
        if each.match is not None and survey in each.match.surveys
    ]
