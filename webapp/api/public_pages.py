"""Public pages of sources, and the releases that gather them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import MANAGE_SOURCES
from fritz.marshal.public_page import PARTS, Choice, PublicPage, Release
from fritz.marshal.visibility import sees_group
from fritz.services.public_releases import NewRelease
from webapp.api.arguments import Body, Ids
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["Options", "blueprint"]

blueprint = Blueprint("api_public_pages", __name__, url_prefix="/api/public_pages")

State = Literal["public", "private", "no data"]


class Options(Body):
    """What a page shows, and of whose rows; without groups and streams, what is public."""

    include_photometry: bool = False
    include_spectroscopy: bool = False
    include_classifications: bool = False
    include_summary: bool = False
    groups: Ids = ()
    streams: Ids = ()

    @property
    def choice(self) -> Choice:
        """The same, as the service takes it."""
        parts = frozenset(each for each in PARTS if getattr(self, f"include_{each}"))
        return Choice(parts, self.groups, self.streams)


class PageBody(Body):
    """What to publish."""

    options: Options
    release_id: int | None = None


class ShownRow(BaseModel):
    """Which parts of a source a page shows."""

    photometry: State
    spectroscopy: State
    classifications: State
    summary: State


class PageRow(BaseModel):
    """One version of a page."""

    id: int
    source_id: str
    hash: str
    created_at: datetime
    is_visible: bool
    release_link_name: str | None
    options: ShownRow


class Made(BaseModel):
    """The id of what was made."""

    id: int


class ReleaseBody(Body):
    """A release."""

    name: str
    link_name: str
    group_ids: Ids
    description: str | None = None
    is_visible: bool | None = None
    auto_publish_enabled: bool = False
    options: dict[str, Any] | None = None


class ReleaseChange(Body):
    """What changes of a release; the rest stays."""

    name: str | None = None
    group_ids: Ids | None = None
    description: str | None = None
    is_visible: bool | None = None
    auto_publish_enabled: bool = False
    options: dict[str, Any] | None = None


class ReleaseRow(BaseModel):
    """A release."""

    id: int
    name: str
    link_name: str
    description: str
    is_visible: bool
    auto_publish_enabled: bool = Field(False, description="Always false: people publish.")
    group_ids: list[int]
    """Those of its groups that are the caller's."""
    created_at: datetime
    modified: datetime


@blueprint.get("/source/<obj_id>")
@operation(answer=list[PageRow], errors=(404,))
def index(obj_id: str) -> list[PageRow]:
    """Return the versions of a source's public page, newest first."""
    found = marshal().published.pages.of_source(api_viewer(), obj_id)
    names = {each.id: each.link_name for each in marshal().published.releases.all()}
    return [_page_row(each, names) for each in found]


@blueprint.post("/source/<obj_id>")
@operation(body=PageBody, answer=Made, acl=MANAGE_SOURCES, errors=(404,))
def publish(obj_id: str, given: PageBody) -> Made:
    """Freeze a source as it is now and show it to the world under /public/source/."""
    page = marshal().published.pages.publish(
        api_viewer(), obj_id, given.options.choice, given.release_id, marshal().now()
    )
    return Made(id=page.id)


@blueprint.delete("/source/<int:page_id>")
@operation(acl=MANAGE_SOURCES, errors=(404,))
def unpublish(page_id: int) -> None:
    """Take a version of a public page back."""
    marshal().published.pages.unpublish(api_viewer(), page_id, marshal().now())


@blueprint.get("/release")
@operation(answer=list[ReleaseRow])
def releases() -> list[ReleaseRow]:
    """Return all releases, by name."""
    return [_release_row(each) for each in marshal().published.releases.all()]


@blueprint.post("/release")
@operation(body=ReleaseBody, answer=Made, acl=MANAGE_SOURCES)
def create_release(given: ReleaseBody) -> Made:
    """Make a release, which pages can then be published in."""
    _check(given.auto_publish_enabled)
    new = NewRelease(
        given.name,
        given.link_name,
        given.group_ids,
        given.description or "",
        is_visible=given.is_visible is not False,
    )
    made = marshal().published.releases.create(api_viewer(), new, marshal().now())
    return Made(id=made.id)


@blueprint.patch("/release/<int:release_id>")
@operation(body=ReleaseChange, acl=MANAGE_SOURCES, errors=(404,))
def change_release(release_id: int, given: ReleaseChange) -> None:
    """Change a release of the caller's groups; hidden, its pages are, too."""
    _check(given.auto_publish_enabled)
    changed = given.model_dump(
        include={"name", "group_ids", "description", "is_visible"}, exclude_none=True
    )
    marshal().published.releases.change(api_viewer(), release_id, marshal().now(), **changed)


@blueprint.delete("/release/<int:release_id>")
@operation(acl=MANAGE_SOURCES, errors=(404,))
def delete_release(release_id: int) -> None:
    """Remove a release that has no pages."""
    marshal().published.releases.delete(api_viewer(), release_id)


def _check(auto_publish: bool) -> None:  # noqa: FBT001 - a flag of a body
    """Refuse what is not offered, rather than take it and do nothing."""
    if auto_publish:
        raise Invalid("auto_publish_enabled: pages are published by people here, one by one")


def _page_row(page: PublicPage, releases: dict[int, str]) -> PageRow:
    return PageRow(
        id=page.id,
        source_id=page.obj_id,
        hash=page.hash,
        created_at=page.created_at,
        is_visible=True,
        release_link_name=None if page.release_id is None else releases.get(page.release_id),
        options=ShownRow.model_validate(page.shown),
    )


def _release_row(release: Release) -> ReleaseRow:
    viewer = api_viewer()
    return ReleaseRow(
        id=release.id,
        name=release.name,
        link_name=release.link_name,
        description=release.description,
        is_visible=release.is_visible,
        group_ids=[each for each in release.group_ids if sees_group(viewer, each)],
        created_at=release.created_at,
        modified=release.modified,
    )
