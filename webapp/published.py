"""The use cases of what is shown to the world, wired together."""

from __future__ import annotations

from dataclasses import dataclass

from fritz.ports import DocumentStore, ObjectStore
from fritz.services.groups import StreamStore
from fritz.services.public_pages import PublicPages
from fritz.services.public_releases import PublicReleases
from fritz.services.public_snapshots import PublicSnapshots
from fritz.services.scanning_stamps import StampReader
from webapp.discussion import DiscussionCases
from webapp.objects import ObjectCases
from webapp.observing import ObservingCases

__all__ = ["PublishedCases"]


@dataclass(frozen=True, slots=True)
class PublishedCases:
    """Public pages and the releases that they belong to."""

    pages: PublicPages
    releases: PublicReleases

    @classmethod
    def on(
        cls,
        documents: DocumentStore,
        files: ObjectStore,
        cases: ObjectCases,
        observing: ObservingCases,
        discussion: DiscussionCases,
    ) -> PublishedCases:
        """Return the use cases on a platform."""
        releases = PublicReleases(documents)
        snapshots = PublicSnapshots(
            cases.objects,
            observing.photometry,
            observing.spectra,
            observing.instruments,
            cases.classifications,
            StreamStore(documents),
            cases.scanning,
            StampReader(files),
        )
        pages = PublicPages(
            documents, files, snapshots, releases, discussion.events, cases.objects.get
        )
        return cls(pages, releases)
