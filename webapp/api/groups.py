"""Groups."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from fritz.marshal.visibility import sees_group
from webapp.api.shapes import GroupRow, group_row
from webapp.envelope import success
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_groups", __name__, url_prefix="/api")


class GroupsAnswer(BaseModel):
    """The groups by what the caller has to do with them."""

    user_groups: list[GroupRow]
    user_accessible_groups: list[GroupRow]
    all_groups: list[GroupRow]


@blueprint.get("/groups")
def index() -> ResponseReturnValue:
    """Return the caller's groups, those whose rows the caller sees, and all."""
    viewer = api_viewer()
    groups = [group for group in marshal().groups.all() if not group.single_user_group]
    return success(
        GroupsAnswer(
            user_groups=[group_row(each) for each in groups if each.id in viewer.group_ids],
            user_accessible_groups=[
                group_row(each) for each in groups if sees_group(viewer, each.id)
            ],
            all_groups=[group_row(each) for each in groups],
        )
    )
