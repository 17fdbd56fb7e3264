"""The use cases of objects, wired together: candidates, sources and what lists of them read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fritz.ports import DocumentStore, Message
from fritz.services.annotations import AnnotationStore
from fritz.services.candidates import CandidateStore
from fritz.services.classifications import Classifications
from fritz.services.dashboard import Dashboard
from fritz.services.filter_directory import FilterDirectory
from fritz.services.filters_store import FilterStore
from fritz.services.groups import GroupStore
from fritz.services.kept_counts import KeptCounts
from fritz.services.labels import Labels, LabelStore
from fritz.services.listings import Listings, ListingStore
from fritz.services.objects import ObjStore
from fritz.services.point_annotations import PointAnnotations
from fritz.services.posting import Posting
from fritz.services.removing import Removing
from fritz.services.saving_candidates import SavingCandidates
from fritz.services.scan_conditions import ScanConditions, Stats
from fritz.services.scan_decisions import ScanDecisionStore
from fritz.services.scan_reports import ScanReports
from fritz.services.scanning import Scanning
from fritz.services.skymaps import Skymaps
from fritz.services.source_conditions import SourceConditions
from fritz.services.source_list import SourceList
from fritz.services.source_views import SourceViews
from fritz.services.sources import Sources, SourceStore
from fritz.services.subjects import Owner
from fritz.services.tags import Tags
from fritz.services.taxonomies import Taxonomies

__all__ = ["ObjectCases"]


@dataclass(frozen=True, slots=True)
class ObjectCases:
    """What is done with objects."""

    objects: ObjStore
    directory: FilterDirectory
    scanning: Scanning
    posting: Posting
    saving_candidates: SavingCandidates
    sources: Sources
    source_list: SourceList
    classifications: Classifications
    annotations: AnnotationStore
    labels: Labels
    listings: Listings
    dashboard: Dashboard
    views: SourceViews
    removing: Removing
    tags: Tags
    scan_reports: ScanReports

    @classmethod
    def on(
        cls,
        documents: DocumentStore,
        taxonomies: Taxonomies,
        stats: Stats,
        point_owner: Owner,
        announce: Callable[[Sequence[Message]], object],
        now: Callable[[], datetime],
    ) -> ObjectCases:
        """Return the use cases on a document store.

        Parameters
        ----------
        stats : tells what light curves come to.
        point_owner : tells whose a point is, of those that the viewer sees.
        announce : tells functions that act what was saved.
        """
        objects, directory = ObjStore(documents), FilterDirectory(FilterStore(documents))
        sources = Sources(SourceStore(documents), announce)
        classifications = Classifications(documents, taxonomies, sources)
        listings, labels = ListingStore(documents), LabelStore(documents)
        annotations, skymaps = AnnotationStore(documents), Skymaps(documents)
        scanning = Scanning(
            documents,
            directory,
            ScanConditions(
                classifications,
                listings,
                stats,
                ScanDecisionStore(documents),
                skymaps,
                PointAnnotations(annotations, point_owner),
            ),
            GroupStore(documents),
            now,
            KeptCounts(now),
        )
        tags = Tags(documents, now)
        conditions = SourceConditions(classifications, annotations, listings, labels, stats, tags)
        return cls(
            objects=objects,
            directory=directory,
            scanning=scanning,
            posting=Posting(CandidateStore(documents), directory, objects, now),
            saving_candidates=SavingCandidates(scanning, sources, now),
            sources=sources,
            source_list=SourceList(documents, conditions, skymaps, now, KeptCounts(now)),
            classifications=classifications,
            annotations=annotations,
            labels=Labels(labels, objects, now),
            listings=Listings(listings, objects, now),
            dashboard=Dashboard(documents, classifications, now),
            views=SourceViews(documents, now),
            removing=Removing(documents),
            tags=tags,
            scan_reports=ScanReports(documents, classifications, stats, now),
        )
