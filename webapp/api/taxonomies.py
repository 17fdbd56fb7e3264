"""Taxonomies of the caller's groups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml
from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.group import Group
from fritz.marshal.taxonomy import (
    DELETE_TAXONOMY,
    LARGEST_BYTES,
    POST_TAXONOMY,
    Taxonomy,
)
from fritz.services.taxonomies import NewTaxonomy
from webapp.api.arguments import Body, Ids
from webapp.api.operation import operation
from webapp.api.shapes import GroupRow, group_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["TaxonomyRow", "blueprint", "read_tree", "taxonomy_row"]

blueprint = Blueprint("api_taxonomies", __name__, url_prefix="/api/taxonomy")


class TaxonomyRow(BaseModel):
    """A taxonomy."""

    id: int
    name: str
    version: str
    provenance: str | None
    is_latest: bool = Field(serialization_alias="isLatest")
    hierarchy: dict[str, Any]
    groups: list[GroupRow]
    created_at: datetime
    modified: datetime


class TaxonomyBody(Body):
    """A new taxonomy; its tree as JSON, or as the text of a YAML file."""

    name: str
    version: str
    hierarchy: Any = None
    hierarchy_file: str | None = None
    group_ids: Ids | None = None
    provenance: str | None = Field(None, max_length=2000)
    is_latest: bool = Field(True, alias="isLatest")


class TaxonomyChange(Body):
    """What changes; the rest stays."""

    name: str | None = None
    version: str | None = None
    group_ids: Ids | None = None
    provenance: str | None = Field(None, max_length=2000)
    is_latest: bool | None = Field(None, alias="isLatest")


class TaxonomyMade(BaseModel):
    """The id of the one that was posted."""

    taxonomy_id: int


def taxonomy_row(taxonomy: Taxonomy, groups: dict[int, Group]) -> TaxonomyRow:
    """Return a taxonomy as SkyPortal shows it.

    Parameters
    ----------
    groups : by id, those that may be named.
    """
    return TaxonomyRow(
        id=taxonomy.id,
        name=taxonomy.name,
        version=taxonomy.version,
        provenance=taxonomy.provenance,
        is_latest=taxonomy.is_latest,
        hierarchy=dict(taxonomy.hierarchy),
        groups=[group_row(groups[each]) for each in taxonomy.group_ids if each in groups],
        created_at=taxonomy.created_at,
        modified=taxonomy.modified,
    )


@blueprint.get("")
@operation(answer=list[TaxonomyRow])
def index() -> list[TaxonomyRow]:
    """Return the taxonomies that the caller sees."""
    found = marshal().taxonomies.visible(api_viewer())
    groups = _groups(found)
    return [taxonomy_row(each, groups) for each in found]


@blueprint.get("/<int:taxonomy_id>")
@operation(answer=TaxonomyRow, errors=(404,))
def one(taxonomy_id: int) -> TaxonomyRow:
    """Return one taxonomy."""
    found = marshal().taxonomies.get(api_viewer(), taxonomy_id)
    return taxonomy_row(found, _groups([found]))


@blueprint.post("")
@operation(body=TaxonomyBody, answer=TaxonomyMade, acl=POST_TAXONOMY)
def create(given: TaxonomyBody) -> TaxonomyMade:
    """Post a taxonomy."""
    made = marshal().taxonomies.create(
        api_viewer(),
        NewTaxonomy(
            given.name, given.version, _tree(given), given.group_ids, given.provenance,
            given.is_latest,
        ),
        marshal().now(),
    )  # fmt: skip
    return TaxonomyMade(taxonomy_id=made.id)


@blueprint.put("/<int:taxonomy_id>")
@operation(body=TaxonomyChange, acl=POST_TAXONOMY, errors=(404,))
def change(taxonomy_id: int, given: TaxonomyChange) -> None:
    """Change what a taxonomy is called and who sees it."""
    changed = {
        name: value
        for name in given.model_fields_set
        if (value := getattr(given, name)) is not None or name == "provenance"
    }
    marshal().taxonomies.change(api_viewer(), taxonomy_id, marshal().now(), **changed)


@blueprint.delete("/<int:taxonomy_id>")
@operation(acl=DELETE_TAXONOMY, errors=(404,))
def delete(taxonomy_id: int) -> None:
    """Remove a taxonomy that nothing uses."""
    marshal().taxonomies.delete(api_viewer(), taxonomy_id)


def _groups(taxonomies: list[Taxonomy]) -> dict[int, Group]:
    named = {group_id for each in taxonomies for group_id in each.group_ids}
    return {group.id: group for group in marshal().groups.get_many(named)}


def _tree(wanted: TaxonomyBody) -> Any:
    if (wanted.hierarchy is None) == (wanted.hierarchy_file is None):
        raise Invalid("one of hierarchy and hierarchy_file is required")
    return wanted.hierarchy if wanted.hierarchy_file is None else read_tree(wanted.hierarchy_file)


def read_tree(text: str) -> Any:
    """Return what a file says, in YAML or JSON.

    Raises
    ------
    Invalid
        It is too large, or neither.
    """
    if len(text) > LARGEST_BYTES:
        raise Invalid(f"hierarchy_file: at most {LARGEST_BYTES} bytes")
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as e:
        raise Invalid(f"hierarchy_file: not YAML: {e}") from e
