"""What rows of objects show besides, where it is asked for: photometry, comments, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fritz.marshal.annotation import Annotation
from fritz.marshal.color_magnitude import ColorKeys, color_magnitudes
from fritz.marshal.period import newest_period
from fritz.marshal.photometry_output import deduplicated
from fritz.marshal.subject import Subject
from fritz.services.spectrum_reading import spectra_of
from webapp.api.candidate_query import CandidatesQuery
from webapp.api.candidate_shapes import candidate_record
from webapp.api.comment_shapes import comment_rows
from webapp.api.filter_shapes import filter_row
from webapp.api.photometry_shapes import Shown, photometry_rows
from webapp.api.source_photometry import phot_stat_row
from webapp.api.source_query import Includes
from webapp.api.source_shapes import SourceCandidate
from webapp.api.source_sky import ColorRow
from webapp.api.spectrum_shapes import Wanted, spectrum_rows
from webapp.api.tags import tags_of
from webapp.api.thumbnails import thumbnail_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["by_annotations", "candidate_includes", "source_includes", "thumbnails_of"]


def source_includes(names: Sequence[str], asked: Includes) -> dict[str, dict[str, Any]]:
    """Return what a request wants to see of sources besides, by name."""
    pictures = thumbnails_of(names) if asked.include_thumbnails else {}
    stats: Any = {}
    if asked.include_detection_stats:
        stats = marshal().observing.photometry.stats(api_viewer(), names)
    spectra: Any = {}
    if asked.include_spectrum_exists:
        spectra = spectra_of(marshal().objects.documents, api_viewer(), names)
    tags = tags_of(names) if asked.include_tags else {}
    more: dict[str, dict[str, Any]] = {}
    for name in names:
        more[name] = {**_light_curve(name, asked), **_said(name, asked), **_none_here(asked)}
        more[name]["tags"] = tags.get(name, [])
        if asked.include_candidates:
            more[name]["candidates"] = _passed(name)
        if asked.include_spectrum_exists:
            more[name]["spectrum_exists"] = name in spectra
        if asked.include_thumbnails:
            more[name]["thumbnails"] = pictures[name]
        if asked.include_detection_stats:
            known = [stats[name]] if name in stats else []
            more[name]["photstats"] = [phot_stat_row(0, name, each) for each in known]
    return more


def by_annotations(
    said: Sequence[Annotation], asked: Includes, *, listed: bool = False
) -> dict[str, Any]:
    """Return what annotations of an object tell, as far as it is asked for.

    Parameters
    ----------
    listed : whether the row stands in a list, where SkyPortal has another word for the period.
    """
    more: dict[str, Any] = {}
    if asked.include_period_exists:
        more["period" if listed else "period_exists"] = newest_period(said) is not None
    if asked.include_color_magnitude:
        found = color_magnitudes(said, ColorKeys())
        more["color_magnitude"] = [
            ColorRow.model_validate(each, from_attributes=True) for each in found
        ]
    return more


def _none_here(asked: Includes) -> dict[str, Any]:
    """Return the lists that are asked for and of which this marshal keeps nothing."""
    wanted = {
        "analyses": asked.include_analyses,
        "gcn_crossmatch": asked.include_gcn,
        "gcn_notes": asked.include_gcn_notes,
    }
    return {name: [] for name, yes in wanted.items() if yes}


def _passed(name: str) -> list[SourceCandidate]:
    """Return what the caller's filters passed of an object, newest first."""
    filters = marshal().directory.visible(api_viewer())
    return [
        SourceCandidate(
            **candidate_record(each).model_dump(), filter=filter_row(filters[each.filter_id])
        )
        for each in marshal().scanning.all_of(api_viewer(), name)
        if each.filter_id in filters
    ]


def _light_curve(name: str, asked: Includes) -> dict[str, Any]:
    if not (asked.include_photometry or asked.include_photometry_exists):
        return {}
    points = marshal().observing.photometry.points(api_viewer(), name)
    if asked.deduplicate_photometry:
        by_id = {each.point.id: each for each in points}
        points = [by_id[each.id] for each in deduplicated(p.point for p in points)]
    more: dict[str, Any] = {}
    if asked.include_photometry:
        more["photometry"] = photometry_rows(points, Shown())
    if asked.include_photometry_exists:
        more["photometry_exists"] = bool(points)
    return more


def _said(name: str, asked: Includes) -> dict[str, Any]:
    if not (asked.include_comments or asked.include_comment_exists):
        return {}
    comments = _comments(name)
    more: dict[str, Any] = {}
    if asked.include_comments:
        more["comments"] = comment_rows(comments)
    if asked.include_comment_exists:
        more["comment_exists"] = bool(comments)
    return more


def candidate_includes(name: str, asked: CandidatesQuery | Any) -> dict[str, Any]:
    """Return what a request wants to see of a candidate besides."""
    more: dict[str, Any] = {}
    if asked.include_comments:
        more["comments"] = comment_rows(_comments(name))
    if asked.include_photometry:
        points = marshal().observing.photometry.points(api_viewer(), name)
        more["photometry"] = photometry_rows(points, Shown())
    if asked.include_spectra:
        found = spectra_of(marshal().objects.documents, api_viewer(), [name]).get(name, [])
        found.sort(key=lambda each: (each.observed_at, each.id))
        more["spectra"] = spectrum_rows(found, Wanted())
    return more


def thumbnails_of(names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the pictures of objects that are known to be visible."""
    found = marshal().discussion.thumbnails.of_objects(api_viewer(), names)
    return {name: [thumbnail_row(each) for each in found.get(name, ())] for name in names}


def _comments(name: str) -> Any:
    about = Subject("sources", name, name)
    return marshal().discussion.comments.visible(api_viewer(), about)
