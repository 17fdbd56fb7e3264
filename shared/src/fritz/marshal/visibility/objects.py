"""Objects and what hangs on them.

An object is there for those who see something attached to it: a candidate, a source, a point of
photometry. Where an object's rows are kept together, its own principals are the union of theirs.
What belongs to an object (a comment, an annotation, a stamp) asks for the object, too, so these
functions take both.
"""

from __future__ import annotations

from collections.abc import Iterable

from fritz.marshal.acls import MANAGE_PHOTOMETRY
from fritz.marshal.source import Source
from fritz.marshal.visibility.groups import sees_group
from fritz.marshal.visibility.principals import EVERYBODY, groups_of
from fritz.marshal.visibility.viewer import Viewer

__all__ = [
    "edits_own",
    "edits_photometry",
    "sees_annotation",
    "sees_comment",
    "sees_object",
    "sees_photometry",
    "sees_source",
    "sees_spectrum",
    "sees_thumbnail",
    "shares_photometry",
    "visible_sources",
]


def sees_object(viewer: Viewer, principals: Iterable[str]) -> bool:
    """Return whether something attached to the object is open to the viewer.

    Parameters
    ----------
    principals : of everything attached: candidates, active sources, photometry.
    """
    return viewer.sees(principals)


def sees_source(viewer: Viewer, source: Source) -> bool:
    """Return whether the object is saved to a group of the viewer now."""
    return source.active and sees_group(viewer, source.group_id)


def visible_sources(viewer: Viewer, sources: Iterable[Source]) -> list[Source]:
    """Return those of the sources that the viewer sees, in order."""
    return [source for source in sources if sees_source(viewer, source)]


def sees_photometry(viewer: Viewer, principals: Iterable[str]) -> bool:
    """Return whether the viewer shares a group or a stream with the point, or owns it.

    Parameters
    ----------
    principals : as `open_to` makes them of the point's groups, streams and owner.
    """
    return viewer.sees(principals)


def edits_photometry(viewer: Viewer, owner_id: int, principals: Iterable[str]) -> bool:
    """Return whether the viewer may change the point: its owner, or who manages photometry."""
    manages = viewer.may(MANAGE_PHOTOMETRY) and sees_photometry(viewer, principals)
    return manages or edits_own(viewer, owner_id)


def shares_photometry(
    viewer: Viewer, owner_id: int | None, principals: Iterable[str], group_ids: Iterable[int]
) -> bool:
    """Return whether the viewer may open a point to groups: its owner may, to any.

    Others must be in each of the groups, and have been let share photometry of a group that the
    point is open to.

    Parameters
    ----------
    principals : of the point.
    """
    if viewer.is_admin or viewer.user.id == owner_id:
        return True
    letting = set(groups_of(principals)) & set(viewer.user.sharing_group_ids)
    return bool(letting) and all(sees_group(viewer, each) for each in group_ids)


def sees_spectrum(viewer: Viewer, principals: Iterable[str]) -> bool:
    """Return whether the viewer is in one of the spectrum's groups.

    Parameters
    ----------
    principals : of its groups; the uploader's single-user group is always among them.
    """
    return viewer.sees(principals)


def sees_comment(viewer: Viewer, principals: Iterable[str], of_object: Iterable[str]) -> bool:
    """Return whether the viewer is in one of the comment's groups and sees its object.

    Parameters
    ----------
    of_object : the object's principals, as for `sees_object`.
    """
    return viewer.sees(principals) and sees_object(viewer, of_object)


def sees_annotation(viewer: Viewer, principals: Iterable[str], of_object: Iterable[str]) -> bool:
    """Return whether the viewer is in one of the annotation's groups and sees its object."""
    return viewer.sees(principals) and sees_object(viewer, of_object)


def sees_thumbnail(
    viewer: Viewer, of_object: Iterable[str], principals: Iterable[str] = (EVERYBODY,)
) -> bool:
    """Return whether the viewer sees the object, and the stamp's exposure where that is asked for.

    Parameters
    ----------
    principals : of a stamp cut from an alert: those of its streams.
    """
    return viewer.sees(principals) and sees_object(viewer, of_object)


def edits_own(viewer: Viewer, owner_id: int) -> bool:
    """Return whether the viewer may change what its owner may: comments, annotations, spectra."""
    return viewer.is_admin or viewer.user.id == owner_id
