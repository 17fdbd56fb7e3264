"""People's lists of objects: favourites, what they rejected, what they watch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.listing import Listing
from webapp.api.arguments import Body, Query
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_listings", __name__, url_prefix="/api/listing")


class ListingRow(BaseModel):
    """An object on a list."""

    id: int
    user_id: int
    obj_id: str
    list_name: str
    params: dict[str, Any] | None
    created_at: datetime
    modified: datetime


class ListingsQuery(Query):
    """Which list."""

    list_name: str | None = Field(None, alias="listName")


class ListingBody(Body):
    """An object to put on a list."""

    obj_id: str
    list_name: str
    user_id: int | None = None
    params: dict[str, Any] | None = None


class ListingChange(Body):
    """What to change of a listing."""

    obj_id: str | None = None
    list_name: str | None = None
    user_id: int | None = None
    params: dict[str, Any] | None = None


class ListingNames(Query):
    """An object and a list, by name."""

    obj_id: str | None = None
    list_name: str | None = None
    user_id: int | None = None


class ListingNamesBody(Body):
    """The same as a body."""

    obj_id: str | None = None
    list_name: str | None = None
    user_id: int | None = None


class ListingMade(BaseModel):
    """The id of the listing."""

    id: int


def _row(listing: Listing) -> ListingRow:
    return ListingRow.model_validate(listing, from_attributes=True)


@blueprint.get("")
@operation(query=ListingsQuery, answer=list[ListingRow])
def mine(asked: ListingsQuery) -> list[ListingRow]:
    """Return what is on the caller's lists, or on one of them."""
    viewer = api_viewer()
    found = marshal().listings.of_user(viewer, viewer.user.id, asked.list_name)
    return [_row(each) for each in found]


@blueprint.get("/<int:user_id>")
@operation(query=ListingsQuery, answer=list[ListingRow])
def of_user(user_id: int, asked: ListingsQuery) -> list[ListingRow]:
    """Return what is on a person's lists."""
    found = marshal().listings.of_user(api_viewer(), user_id, asked.list_name)
    return [_row(each) for each in found]


@blueprint.post("")
@operation(body=ListingBody, answer=ListingMade, errors=(404,))
def add(given: ListingBody) -> ListingMade:
    """Put an object on a list; it can be on it once."""
    made = marshal().listings.add(
        api_viewer(), given.obj_id, given.list_name, given.user_id, given.params
    )
    return ListingMade(id=made)


@blueprint.patch("/<int:listing_id>")
@operation(body=ListingChange, errors=(404,))
def change(listing_id: int, given: ListingChange) -> None:
    """Move a listing to another object, list or person."""
    marshal().listings.change(api_viewer(), listing_id, **dict(given))


@blueprint.delete("/<int:listing_id>")
@operation()
def remove(listing_id: int) -> None:
    """Take an object off a list."""
    marshal().listings.remove(api_viewer(), listing_id)


@blueprint.delete("")
@operation(query=ListingNames, body=ListingNamesBody)
def remove_named(asked: ListingNames, given: ListingNamesBody) -> None:
    """Take an object off a list by its name and the list's."""
    obj_id, list_name = given.obj_id or asked.obj_id, given.list_name or asked.list_name
    if obj_id is None or list_name is None:
        raise Invalid("obj_id and list_name are required")
    user_id = given.user_id if given.user_id is not None else asked.user_id
    marshal().listings.remove_named(api_viewer(), obj_id, list_name, user_id)
