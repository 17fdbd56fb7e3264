"""What the web app needs of the platform; `fritz.wiring` builds it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from flask import Flask, current_app

from fritz.marshal.filter_version import FID_LENGTH, fid_of
from fritz.ports import Bus, DocumentStore, Identity, ObjectStore, SignIn, Warehouse
from fritz.services.access import Access
from fritz.services.annotations import AnnotationStore
from fritz.services.backtest import Backtest
from fritz.services.catalog_volumes import CatalogVolumes
from fritz.services.classifications import Classifications
from fritz.services.dashboard import Dashboard
from fritz.services.filter_directory import FilterDirectory
from fritz.services.filter_trials import FilterTrials
from fritz.services.filter_versions import Filters
from fritz.services.filters_store import FilterStore
from fritz.services.groups import GroupStore, StreamStore, UserStore
from fritz.services.histories import HistoryStore
from fritz.services.idempotency import Replays
from fritz.services.labelling import Labelling
from fritz.services.labels import Labels
from fritz.services.listings import Listings
from fritz.services.live import Live
from fritz.services.model_comparison import ModelComparisons
from fritz.services.model_registry import ModelShelf
from fritz.services.objects import ObjStore
from fritz.services.past_alerts import PastAlerts
from fritz.services.posting import Posting
from fritz.services.rate_limits import Rate, RateLimits
from fritz.services.removing import Removing
from fritz.services.saving_candidates import SavingCandidates
from fritz.services.scanning import Scanning
from fritz.services.scanning_stamps import StampReader
from fritz.services.source_list import SourceList
from fritz.services.source_views import SourceViews
from fritz.services.sources import Sources
from fritz.services.tags import Tags
from fritz.services.taxonomies import Taxonomies
from fritz.services.tokens import TokenStore
from webapp.archive import ArchiveCases, OfLevel
from webapp.archived import ArchivedCases
from webapp.boards import BoardCases
from webapp.discussion import DiscussionCases
from webapp.objects import ObjectCases
from webapp.observing import ObservingCases
from webapp.people import PeopleCases
from webapp.published import PublishedCases
from webapp.scans import ScanCases

__all__ = ["Marshal", "Platform", "bind", "marshal"]


class Platform(Protocol):
    """The ports that the web app uses."""

    @property
    def documents(self) -> DocumentStore:
        """Where candidates, sources, people and tokens stand."""
        ...

    @property
    def warehouse(self) -> Warehouse:
        """Where past alerts stand."""
        ...

    @property
    def objects(self) -> ObjectStore:
        """Where the packets stand."""
        ...

    @property
    def bus(self) -> Bus:
        """Where what happened is announced."""
        ...

    @property
    def identity(self) -> Identity:
        """Who signs people in."""
        ...

    @property
    def sign_in(self) -> SignIn | None:
        """Where people sign in by themselves."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time now, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Marshal:
    """The use cases and stores behind the routes, made once per app."""

    access: Access
    people: PeopleCases
    observing: ObservingCases
    scanning: Scanning
    scans: ScanCases
    boards: BoardCases
    live: Live
    saving_candidates: SavingCandidates
    objects: ObjStore
    sources: Sources
    source_list: SourceList
    annotations: AnnotationStore
    labels: Labels
    listings: Listings
    dashboard: Dashboard
    views: SourceViews
    removing: Removing
    tags: Tags
    directory: FilterDirectory
    groups: GroupStore
    users: UserStore
    filters: FilterStore
    managed_filters: Filters
    streams: StreamStore
    posting: Posting
    taxonomies: Taxonomies
    classifications: Classifications
    labelling: Labelling
    models: ModelShelf
    comparisons: ModelComparisons
    archive: ArchiveCases
    histories: HistoryStore
    archived: ArchivedCases
    tokens: TokenStore
    replays: Replays
    discussion: DiscussionCases
    published: PublishedCases
    identity: Identity
    sign_in: SignIn | None
    stamps: StampReader
    now: Callable[[], datetime]


def bind(
    app: Flask, platform: Platform, rate: Rate | None = None, of_level: OfLevel | None = None
) -> None:
    """Put the use cases on `platform` behind the app's routes.

    Parameters
    ----------
    rate, of_level : what each token may ask, if limited; where rights have views of their own.
    """
    documents, volumes = platform.documents, CatalogVolumes(platform.objects)
    taxonomies = Taxonomies(documents, GroupStore(documents))
    limits = None if rate is None else RateLimits(documents, rate, platform.clock)
    access = Access(documents, platform.identity, platform.clock, limits)
    observing = ObservingCases.on(documents, lambda told: platform.bus.publish("events", told))
    cases = _objects(platform, taxonomies, observing)
    discussion = _discussion(platform, access, observing)
    app.extensions["fritz"] = Marshal(
        access=access,
        people=PeopleCases.on(documents, platform.bus, access, platform.clock),
        scanning=cases.scanning,
        scans=ScanCases.on(documents, cases, discussion.events, platform.clock),
        live=Live(documents, most=app.config["LIVE_STREAMS"]),
        boards=BoardCases.on(platform),
        saving_candidates=cases.saving_candidates,
        objects=cases.objects,
        sources=cases.sources,
        source_list=cases.source_list,
        annotations=cases.annotations,
        labels=cases.labels,
        listings=cases.listings,
        dashboard=cases.dashboard,
        views=cases.views,
        removing=cases.removing,
        tags=cases.tags,
        directory=cases.directory,
        groups=GroupStore(documents),
        users=UserStore(documents),
        filters=FilterStore(documents),
        managed_filters=_filters(platform),
        streams=StreamStore(documents),
        posting=cases.posting,
        taxonomies=taxonomies,
        classifications=cases.classifications,
        labelling=Labelling(documents, platform.warehouse),
        models=ModelShelf(documents, platform.objects),
        comparisons=ModelComparisons(platform.warehouse, platform.objects),
        archive=ArchiveCases.on(platform, volumes, app.config["SQL_BYTES_PER_DAY"], of_level),
        histories=HistoryStore(documents),
        archived=ArchivedCases.on(platform, cases.sources, cases.objects, volumes),
        tokens=TokenStore(documents),
        replays=Replays(documents),
        discussion=discussion,
        published=PublishedCases.on(documents, platform.objects, cases, observing, discussion),
        observing=observing,
        identity=platform.identity,
        sign_in=platform.sign_in,
        stamps=StampReader(platform.objects),
        now=platform.clock,
    )


def _objects(platform: Platform, taxonomies: Taxonomies, observing: ObservingCases) -> ObjectCases:
    return ObjectCases.on(
        platform.documents,
        taxonomies,
        observing.photometry.stats,
        observing.photometry.object_of,
        lambda told: platform.bus.publish("events", told),
        platform.clock,
    )


def _discussion(platform: Platform, access: Access, observing: ObservingCases) -> DiscussionCases:
    return DiscussionCases.on(
        platform.documents, platform.objects, platform.bus, access, observing.owners()
    )


def _filters(platform: Platform) -> Filters:
    documents, warehouse = platform.documents, platform.warehouse
    backtest = Backtest(warehouse, clock=time.monotonic)
    return Filters(
        store=FilterStore(documents),
        groups=GroupStore(documents),
        streams=StreamStore(documents),
        users=UserStore(documents),
        trials=FilterTrials(PastAlerts(warehouse), backtest),
        warehouse=warehouse,
        now=platform.clock,
        new_fid=lambda: fid_of(secrets.token_bytes(FID_LENGTH)),
    )


def marshal() -> Marshal:
    """Return the use cases of the app that is answering."""
    return cast("Marshal", current_app.extensions["fritz"])
