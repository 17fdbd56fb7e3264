"""What is known of one external catalog: where it is from, what its columns are, how it matches.

Definitions are data, one TOML file each in `definitions/`; `fritz.catalogs.library` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from fritz.errors import Invalid

__all__ = ["Catalog", "CatalogColumn", "Ellipse", "Kind", "MatchRule"]

Kind: TypeAlias = Literal["FLOAT64", "INT64", "STRING", "BOOL"]
OWN = ("ra", "dec")
"""Columns that every catalog has and that a projection may name."""
MOST_MATCHES = 100


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """One column beyond identity and position."""

    name: str
    kind: Kind
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Ellipse:
    """The outline of a galaxy too large for a radius."""

    id: str
    semi_major_deg: float
    axis_ratio: float
    """Minor to major axis."""
    position_angle_deg: float
    """Of the major axis, from north through east."""


@dataclass(frozen=True, slots=True)
class MatchRule:
    """How alerts are matched with a catalog as they come."""

    radius_arcsec: float
    """Within which rows match; with a distance, the largest radius there is."""
    projection: tuple[str, ...]
    """Columns that a match shows."""
    distance: Literal["redshift", "mpc"] | None = None
    """What the distance column holds, where the radius follows from a row's distance."""
    distance_column: str | None = None
    reach_kpc: float = 0.0
    """Projected distance within which a row matches."""
    near_arcsec: float = 0.0
    """Radius for rows so near that `reach_kpc` would be most of the sky."""
    ellipses: tuple[Ellipse, ...] = ()
    with_id: bool = True
    """Whether a match shows ``_id``."""
    most: int = MOST_MATCHES
    """Nearest matches that are kept."""
    surveys: tuple[str, ...] = ("ztf",)
    """Whose alerts are matched."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One external catalog."""

    name: str
    """As filters write it: ``Gaia_DR3``."""
    title: str
    source: str
    licence: str
    citation: str
    rows: int
    """About how many there are."""
    columns: tuple[CatalogColumn, ...]
    epoch: float | None = None
    """Julian year of the positions, where stars have moved since."""
    null: float | None = None
    """The number that stands for no value in the published files."""
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the published files call ``id``, ``ra``, ``dec`` and the columns, where it differs."""
    match: MatchRule | None = None
    """None: alerts are not matched as they come; the catalog can be searched all the same."""

    @property
    def table(self) -> str:
        """The warehouse table that holds the catalog."""
        return f"catalog_{self.name}"

    @property
    def moves(self) -> bool:
        """Whether the catalog knows proper motions."""
        names = {column.name for column in self.columns}
        return self.epoch is not None and {"pmra", "pmdec"} <= names

    def column(self, name: str) -> CatalogColumn:
        """Return the column called `name`.

        Raises
        ------
        KeyError
            There is none.
        """
        return next(each for each in self.columns if each.name == name)

    def names_of(self, column: str) -> tuple[str, ...]:
        """Return what files may call a column, our own name first."""
        return (column, *self.files.get(column, ()))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Catalog:
        """Return the catalog that a definition's fields describe.

        Raises
        ------
        Invalid
            A field is missing, unknown or out of place.
        """
        given = dict(fields)
        name = given.get("name", "of no name")
        try:
            columns = tuple(
                CatalogColumn(each, *described) for each, described in given.pop("columns").items()
            )
            rule = given.pop("match", None)
            files = {key: tuple(names) for key, names in given.pop("files", {}).items()}
            match = None if rule is None else _rule(rule)
            catalog = cls(**given, columns=columns, files=files, match=match)
        except (KeyError, TypeError) as e:
            raise Invalid(f"catalog {name}: {e}") from e
        _check(catalog)
        return catalog


def _rule(given: Mapping[str, Any]) -> MatchRule:
    rest = dict(given)
    ellipses = tuple(Ellipse(**each) for each in rest.pop("ellipses", ()))
    lists: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in rest.items()
    }
    return MatchRule(**lists, ellipses=ellipses)


def _check(catalog: Catalog) -> None:
    """Refuse a definition that contradicts itself."""
    names = {column.name for column in catalog.columns}
    problems = [
        f"column {column.name} is a {column.kind}"
        for column in catalog.columns
        if column.kind not in get_args(Kind)
    ]
    problems += [f"files name {key}" for key in catalog.files if key not in names | {"id", *OWN}]
    rule = catalog.match
    if rule is not None:
        problems += [
            f"the projection names {each}" for each in rule.projection if each not in names | {*OWN}
        ]
        if rule.radius_arcsec <= 0:
            problems.append("the radius is not positive")
        if (rule.distance is None) != (rule.distance_column is None):
            problems.append("a distance needs both a kind and a column")
        if rule.distance_column is not None and rule.distance_column not in rule.projection:
            problems.append(f"the projection lacks {rule.distance_column}")
    if problems:
        raise Invalid(f"catalog {catalog.name}: {'; '.join(problems)}")
