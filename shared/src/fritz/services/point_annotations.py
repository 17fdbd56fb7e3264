"""What is said of single points of photometry, as far as the viewer sees both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fritz.errors import NotFound
from fritz.marshal.annotation import Annotation
from fritz.marshal.visibility import Viewer
from fritz.services.annotations import AnnotationStore
from fritz.services.source_request import AnnotationTest
from fritz.services.subjects import Owner

__all__ = ["PointAnnotations", "PointsSaid"]


@dataclass(frozen=True, slots=True)
class PointsSaid:
    """List objects of whose points enough is said that passes."""

    tests: tuple[AnnotationTest, ...] = ()
    """All of which an annotation must pass."""
    origins: tuple[str, ...] = ()
    """Any of which must say so; none asks for no origin."""
    after: datetime | None = None
    before: datetime | None = None
    at_least: int = 1
    """Annotations."""

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return self != PointsSaid()

    def holds(self, each: Annotation) -> bool:
        """Return whether an annotation passes."""
        return (
            (not self.origins or each.origin in self.origins)
            and (self.after is None or each.created_at >= self.after)
            and (self.before is None or each.created_at <= self.before)
            and all(one.key in each.data and one.holds(each.data[one.key]) for one in self.tests)
        )


@dataclass(frozen=True, slots=True)
class PointAnnotations:
    """Finds objects by what is said of their points."""

    annotations: AnnotationStore
    owner: Owner
    """Of a point."""

    def objects(self, viewer: Viewer, obj_ids: Iterable[str], said: PointsSaid) -> set[str]:
        """Return those of the objects of whose points enough is said that passes.

        A point is looked for only where something passes: few are annotated.
        """
        found: dict[str, int] = {}
        every: Mapping[str, list[Annotation]] = self.annotations.of_points(viewer, obj_ids)
        for about, of_point in every.items():
            passing = [each for each in of_point if said.holds(each)]
            if passing and self._sees(viewer, about):
                name = passing[0].obj_id
                found[name] = found.get(name, 0) + len(passing)
        return {name for name, count in found.items() if count >= said.at_least}

    def _sees(self, viewer: Viewer, about: str) -> bool:
        try:
            self.owner(viewer, int(about.removeprefix("photometry/")))
        except NotFound:
            return False
        return True
