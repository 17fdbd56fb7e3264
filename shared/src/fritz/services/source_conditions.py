"""Which of some saved objects a request wants, by what the viewer sees of each.

A condition takes names of objects and returns those that it holds for. Those that look at the
object alone come first, for it is read anyway; what asks another store comes after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fritz.errors import Invalid
from fritz.marshal.annotation import Annotation
from fritz.marshal.classification import Classification
from fritz.marshal.comment import Comment
from fritz.marshal.obj import Obj
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.visibility import Viewer, sees_group
from fritz.services.annotations import AnnotationStore
from fritz.services.classifications import Classifications
from fritz.services.comment_reading import comments_of
from fritz.services.groups import UserStore
from fritz.services.labels import LabelStore
from fritz.services.listings import ListingStore
from fritz.services.scan_conditions import Stats
from fritz.services.source_request import SourceRequest
from fritz.services.spectrum_reading import spectra_of
from fritz.services.tags import Tags

__all__ = ["ObjectCondition", "SourceConditions", "object_conditions"]

UNSERVED: Final = ("has_followup", "followup_status")
"""Conditions that are refused rather than ignored."""

Condition = Callable[[Sequence[str]], set[str]]
ObjectCondition = Callable[[Obj], bool]


@dataclass(frozen=True, slots=True)
class SourceConditions:
    """Makes the conditions of a request."""

    classifications: Classifications
    annotations: AnnotationStore
    listings: ListingStore
    labels: LabelStore
    stats: Stats
    tags: Tags

    def of(self, viewer: Viewer, request: SourceRequest) -> list[Condition]:
        """Return the conditions of a request that ask other stores than that of objects.

        Raises
        ------
        Invalid
            It asks for what is not served.
        """
        for name in UNSERVED:
            if getattr(request, name) is not None:
                raise Invalid(f"sources cannot be selected by {name} yet")
        return [
            *self._listed(viewer, request),
            *self._labelled(viewer, request),
            *self._tagged(viewer, request),
            *self._annotated(viewer, request),
            *self._classified(viewer, request),
            *self._seen(viewer, request),
            *self._commented(viewer, request),
            *self._spectra(viewer, request),
        ]

    def _listed(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        if (name := request.list_name) is not None:
            yield lambda names: self.listings.listed(viewer.user.id, name, names)

    def _labelled(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        if (wanted := request.labelled) is None:
            return

        def condition(names: Sequence[str]) -> set[str]:
            found = self.labels.of_objects(names)
            labelled = {
                name
                for name, labels in found.items()
                if any(
                    sees_group(viewer, each.group_id)
                    and request.by_labeller in {None, each.labeller_id}
                    for each in labels
                )
            }
            return {name for name in names if (name in labelled) is wanted}

        yield condition

    def _tagged(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        if not request.tags:
            return
        asked = {each.lower() for each in request.tags}
        wanted = {each.id for each in self.tags.options() if each.name.lower() in asked}

        def condition(names: Sequence[str]) -> set[str]:
            found = self.tags.of_objects(viewer, names)
            return {n for n in names if any(t.option_id in wanted for t in found.get(n, ()))}

        yield condition

    def _annotated(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        asked = (
            request.annotations or request.annotation_origins
            or request.annotated_after or request.annotated_before
        )  # fmt: skip
        if not asked:
            return

        def condition(names: Sequence[str]) -> set[str]:
            found = self.annotations.of_objects(viewer, names)
            return {n for n in names if _says(request, found.get(n, []))}

        yield condition

    def _seen(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        if (cut := request.light_curve).asks:

            def condition(names: Sequence[str]) -> set[str]:
                stats = self.stats(viewer, names)
                return {name for name in names if cut.holds(stats.get(name))}

            yield condition

    def _spectra(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        after, before, wanted = (
            request.spectrum_after,
            request.spectrum_before,
            request.has_spectrum,
        )
        if wanted is None and after is None and before is None:
            return

        def taken(at: datetime) -> bool:
            return (after is None or at >= after) and (before is None or at <= before)

        def condition(names: Sequence[str]) -> set[str]:
            found = spectra_of(self.annotations.documents, viewer, names)
            have = {n for n in names if any(taken(s.observed_at) for s in found.get(n, ()))}
            return set(names) - have if wanted is False else have

        yield condition

    def _commented(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        asked = (
            request.comments or request.comment_author
            or request.commented_after or request.commented_before
        )  # fmt: skip
        if not asked:
            return
        documents, author_id = self.annotations.documents, None
        if request.comment_author is not None:
            author_id = _user_id(UserStore(documents), request.comment_author)

        def condition(names: Sequence[str]) -> set[str]:
            found = comments_of(documents, viewer, names)
            return {n for n in names if any(_told(request, author_id, c) for c in found.get(n, ()))}

        yield condition

    def _classified(self, viewer: Viewer, request: SourceRequest) -> Iterator[Condition]:
        asked = request.classifications or request.nonclassifications
        if not asked and request.classified is None:
            return

        def condition(names: Sequence[str]) -> set[str]:
            found = self.classifications.of_objects(viewer, names)
            named = self.classifications.taxonomies.get_many(
                {each.taxonomy_id for some in found.values() for each in some}
            )
            return {n for n in names if _classed(request, found.get(n, []), named)}

        yield condition


def object_conditions(request: SourceRequest) -> list[ObjectCondition]:
    """Return the conditions of a request that an object answers by itself."""
    return [*_by_name(request), *_by_facts(request)]


def _by_name(request: SourceRequest) -> Iterator[ObjectCondition]:
    if request.source_id is not None:
        part = request.source_id.lower()
        yield (
            lambda obj: part in obj.id.lower() or part in str(obj.facts.get("tns_name", "")).lower()
        )
    if request.rejected:
        off = frozenset(request.rejected)
        yield lambda obj: obj.id not in off
    if request.alias is not None:
        alias = request.alias.lower()
        yield lambda obj: any(alias in str(each).lower() for each in obj.facts.get("alias") or ())
    if request.origin is not None:
        origin = request.origin.lower()
        yield lambda obj: origin in str(obj.facts.get("origin") or "").lower()
    if (named := request.has_tns_name) is not None:
        yield lambda obj: bool(obj.facts.get("tns_name")) is named


def _by_facts(request: SourceRequest) -> Iterator[ObjectCondition]:
    low, high = request.min_redshift, request.max_redshift
    if low is not None:
        yield lambda obj: obj.redshift is not None and obj.redshift >= low
    if high is not None:
        yield lambda obj: obj.redshift is not None and obj.redshift <= high
    if (since := request.modified_after) is not None:
        yield lambda obj: (obj.modified or obj.created_at) >= since
    if (simbad := request.simbad_class) is not None:
        yield lambda obj: _simbad_class(obj) == simbad.lower()


def _user_id(users: UserStore, told: str) -> int:
    """Return the id of a user by name or number; -1, which nobody has, if there is none."""
    user = users.by_name(told)
    if user is None:
        return int(told) if told.isdecimal() else -1
    return user.id


def _simbad_class(obj: Obj) -> str:
    altdata = obj.facts.get("altdata")
    found = altdata.get("simbad") if isinstance(altdata, Mapping) else None
    return str(found.get("class", "")).lower() if isinstance(found, Mapping) else ""


def _says(request: SourceRequest, annotations: Sequence[Annotation]) -> bool:
    counted = [
        each
        for each in annotations
        if (not request.annotation_origins or each.origin in request.annotation_origins)
        and (request.annotated_after is None or each.created_at >= request.annotated_after)
        and (request.annotated_before is None or each.created_at <= request.annotated_before)
    ]
    return bool(counted) and all(
        any(test.key in each.data and test.holds(each.data[test.key]) for each in counted)
        for test in request.annotations
    )


def _told(request: SourceRequest, author_id: int | None, comment: Comment) -> bool:
    after, before = request.commented_after, request.commented_before
    return (
        (request.comments or "").casefold() in comment.text.casefold()
        and author_id in {None, comment.author_id}
        and (after is None or comment.created_at >= after)
        and (before is None or comment.created_at <= before)
    )


def _classed(
    request: SourceRequest, found: Sequence[Classification], named: Mapping[int, Taxonomy]
) -> bool:
    standing = [each for each in found if each.probability != 0]
    if request.classified is not None and bool(standing) is not request.classified:
        return False
    classes = {each.classification for each in standing}
    classes |= {
        f"{named[each.taxonomy_id].name}: {each.classification}"
        for each in standing
        if each.taxonomy_id in named
    }
    if classes & set(request.nonclassifications):
        return False
    wanted = set(request.classifications)
    if request.all_classifications:
        return wanted <= classes
    return not wanted or bool(wanted & classes)
