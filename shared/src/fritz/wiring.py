"""The one place that constructs adapters and hands them to services.

Adapters are imported where they are chosen: the embedded ones need no Google library and the cloud
ones no DuckDB, and a cold start pays only for what it uses.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from fritz.archive.levels import PREPARED, Level
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.errors import Invalid
from fritz.logs import configure_logs
from fritz.ports import Bus, DocumentStore, Identity, ObjectStore, SignIn, Warehouse
from fritz.services.active_filters import ActiveFilters
from fritz.services.atlas_building import AtlasBuilder
from fritz.services.atlas_store import AtlasStore
from fritz.services.autosaving import Autosaver
from fritz.services.batching import Batcher
from fritz.services.candidates import CandidateStore
from fritz.services.carriage import CompressingBus
from fritz.services.catalog_loading import CatalogLoader
from fritz.services.catalog_store import CatalogStore, LoadedCatalogs
from fritz.services.crossmatch import CrossMatchService
from fritz.services.deadletter import DeadLetterService
from fritz.services.envelopes import Envelope
from fritz.services.filtering import Appends, FilterService, Publishes
from fritz.services.filters_store import FilterStore
from fritz.services.groups import StreamStore
from fritz.services.histories import HistoryStore
from fritz.services.ingest import IngestService
from fritz.services.live_models import LiveModels
from fritz.services.model_registry import ModelRegistry
from fritz.services.nights import NightService
from fritz.services.object_features import FeatureSource, ObjectFeatures
from fritz.services.publications import Publications
from fritz.services.publishing import Publisher
from fritz.services.reconciling import Reconciliation
from fritz.services.rematching import RematchService
from fritz.services.scoring import RUN_SIZE, ScoringService
from fritz.services.seed import demo_accounts
from fritz.services.skies import AtlasSky, TableSky
from fritz.services.stream_photometry import StreamPhotometry
from fritz.settings import Settings
from fritz.tracing import record_with

if TYPE_CHECKING:
    from fritz.adapters.cloud.bigquery_schemas import BigQuerySchemas
    from fritz.adapters.embedded.segment_schemas import SegmentSchemas
    from fritz.adapters.onnx import OnnxRuntime
    from fritz.services.loading import Loading
    from fritz.services.migrating import Migration
    from fritz.services.night_loading import NightLoading
    from fritz.services.reprocessing import Reprocessing

__all__ = [
    "OnFirstUse",
    "Platform",
    "atlas_builder",
    "catalog_loader",
    "compressing",
    "cross_match_service",
    "deadletter_service",
    "feature_source",
    "filter_batches",
    "filter_service",
    "ingest_batches",
    "ingest_service",
    "loading",
    "migration",
    "model_registry",
    "night_loading",
    "night_service",
    "object_features",
    "platform_from_settings",
    "publisher",
    "reconciliation",
    "record_spans",
    "rematch_service",
    "reprocessing",
    "scoring_service",
    "session_secret",
    "warehouses_of_levels",
]

T = TypeVar("T")
COMPRESSED = frozenset({"alerts", "alerts-public"})
"""Topics of documents."""


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Platform:
    """The five ports, connected, and what else a deployable is built from."""

    settings: Settings
    documents: DocumentStore
    warehouse: Warehouse
    objects: ObjectStore
    bus: Bus
    identity: Identity
    clock: Callable[[], datetime] = utc_now
    sign_in: SignIn | None = None
    """Where people sign in by themselves; None where links are handed to them."""

    def close(self) -> None:
        """Release connections and threads."""
        self.bus.close()
        self.warehouse.close()
        self.documents.close()


def platform_from_settings(settings: Settings) -> Platform:
    """Connect the backends that the settings choose."""
    documents = _documents(settings)
    objects = _objects(settings)
    return Platform(
        settings=settings,
        documents=documents,
        warehouse=_warehouse(settings, objects),
        objects=objects,
        bus=_bus(settings),
        identity=_identity(settings, documents),
        sign_in=_sign_in(settings, documents),
    )


def ingest_service(platform: Platform) -> IngestService:
    """Return the ingest service on the platform."""
    return IngestService(
        objects=platform.objects,
        warehouse=platform.warehouse,
        bus=platform.bus,
        histories=HistoryStore(platform.documents),
        scoring=scoring_service(platform),
        matching=cross_match_service(platform),
        now=platform.clock,
    )


def cross_match_service(platform: Platform) -> CrossMatchService:
    """Return what matches objects as they come, with the atlas."""
    refresh_s = platform.settings.catalogs_refresh_s
    return CrossMatchService(AtlasSky(platform.objects, _atlas_store(platform), refresh_s))


def _atlas_store(platform: Platform) -> AtlasStore:
    return AtlasStore(platform.documents, platform.objects, platform.clock)


def rematch_service(platform: Platform) -> RematchService:
    """Return what matches a night's objects again."""
    loaded = LoadedCatalogs(CatalogStore(platform.documents), platform.settings.catalogs_refresh_s)
    return RematchService(
        warehouse=platform.warehouse,
        histories=HistoryStore(platform.documents),
        matching=CrossMatchService(TableSky(platform.warehouse, loaded)),
        now=platform.clock,
    )


@contextmanager
def migration(platform: Platform) -> Iterator["Migration"]:
    """Yield what brings the platform's stores to this release."""
    from fritz.services.migrating import Migration

    with closing(_table_schemas(platform.settings)) as schemas:
        yield Migration(
            documents=platform.documents, schemas=schemas, tables=TABLES, now=platform.clock
        )


def _table_schemas(settings: Settings) -> "BigQuerySchemas | SegmentSchemas":
    if settings.of("warehouse") == "cloud":
        from fritz.adapters.cloud.bigquery_schemas import BigQuerySchemas

        return BigQuerySchemas(settings.project, settings.dataset)
    from fritz.adapters.embedded.segment_schemas import SegmentSchemas

    return SegmentSchemas(_folder(settings) / "warehouse")


def catalog_loader(platform: Platform) -> CatalogLoader:
    """Return what brings catalogs into the platform's warehouse."""
    return CatalogLoader(
        objects=platform.objects,
        warehouse=platform.warehouse,
        store=CatalogStore(platform.documents),
        atlas=atlas_builder(platform),
        now=platform.clock,
    )


def atlas_builder(platform: Platform) -> AtlasBuilder:
    """Return what adds catalogs to the platform's atlas."""
    return AtlasBuilder(platform.objects, _atlas_store(platform))


def night_loading(platform: Platform, *, publish: bool) -> "NightLoading":
    """Return what takes nights of the past in, by load jobs.

    Parameters
    ----------
    publish : whether the filters see them too.
    """
    from fritz.services.night_loading import LoadingWarehouse, NightLoading, Unpublished

    ingest = ingest_service(
        replace(
            platform,
            warehouse=LoadingWarehouse(platform.warehouse, platform.objects, TABLES),
            bus=platform.bus if publish else Unpublished(platform.bus),
        )
    )
    return NightLoading(ingest.ingest, platform.warehouse, platform.clock)


def loading(platform: Platform) -> "Loading":
    """Return what loads files of rows into the warehouse."""
    from fritz.services.loading import Loading

    return Loading(platform.warehouse, platform.objects, platform.documents, platform.clock)


def object_features(platform: Platform) -> ObjectFeatures:
    """Return what computes and shows light-curve features of objects."""
    return ObjectFeatures(platform.documents, platform.warehouse, platform.clock)


def feature_source() -> FeatureSource:
    """Return what knows light-curve features; installed for jobs only."""
    from fritz.adapters.light_curve import LightCurvePackage

    return LightCurvePackage()


def model_registry(platform: Platform) -> ModelRegistry:
    """Return the registry of models on the platform."""
    return _model_registry(platform, _onnx(platform.settings))


def _onnx(settings: Settings) -> "OnnxRuntime":
    from fritz.adapters.onnx import OnnxRuntime

    return OnnxRuntime(settings.model_threads)


def _model_registry(platform: Platform, runtime: "OnnxRuntime") -> ModelRegistry:
    return ModelRegistry(platform.documents, platform.objects, runtime, platform.clock)


def scoring_service(platform: Platform) -> ScoringService:
    """Return what scores alerts with the registry's live models."""
    runtime = _onnx(platform.settings)
    models = LiveModels(
        _model_registry(platform, runtime),
        now=platform.clock,
        refresh_s=platform.settings.models_refresh_s,
    )
    return ScoringService(models, RUN_SIZE * runtime.threads)


def publisher(platform: Platform) -> Publisher:
    """Return what puts packets on the platform's bus."""
    return Publisher(
        bus=platform.bus,
        objects=platform.objects,
        warehouse=platform.warehouse,
        publications=Publications(platform.documents, platform.clock),
        now=platform.clock,
        by_reference=platform.settings.packets_by_reference,
    )


def reconciliation(platform: Platform) -> Reconciliation:
    """Return what balances the books of a day."""
    publications = Publications(platform.documents, platform.clock)
    return Reconciliation(
        publications=publications, warehouse=platform.warehouse, now=platform.clock
    )


def night_service() -> NightService:
    """Return what this function does once a day."""
    platform = function_platform()
    return NightService(rematch_service(platform), reconciliation(platform), platform.clock)


def reprocessing(platform: Platform) -> "Reprocessing":
    """Return what takes past nights through the platform again."""
    from fritz.services.reprocessing import Moment, Nowhere, PastFilters, Reprocessing

    moment, nowhere = Moment(platform.clock()), Nowhere()
    return Reprocessing(
        objects=platform.objects,
        warehouse=platform.warehouse,
        histories=HistoryStore(platform.documents),
        scoring=scoring_service(platform),
        matching=cross_match_service(platform),
        filters=PastFilters(_filter_service(platform, nowhere, nowhere, moment), moment),
    )


def filter_service(platform: Platform) -> FilterService:
    """Return the filter service on the platform."""
    return _filter_service(platform, platform.warehouse, platform.bus, platform.clock)


def _filter_service(
    platform: Platform, warehouse: Appends, bus: Publishes, now: Callable[[], datetime]
) -> FilterService:
    documents = platform.documents
    return FilterService(
        filters=ActiveFilters(
            FilterStore(documents),
            StreamStore(documents),
            now=platform.clock,
            refresh_s=platform.settings.filters_refresh_s,
        ),
        candidates=CandidateStore(documents),
        autosaver=Autosaver(documents),
        photometry=StreamPhotometry(documents),
        warehouse=warehouse,
        bus=bus,
        now=now,
    )


class OnFirstUse(Generic[T]):
    """Makes a thing when it is first called for, and then always returns that one.

    A function's file is loaded by functions-framework before it forks its worker. Threads and
    connections that were made while loading would stay behind in the parent, and the worker's
    first request would wait for them for ever.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._lock = Lock()

    def __call__(self) -> T:
        """Return the thing; requests that come meanwhile wait until it is made."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


@cache
def function_platform() -> Platform:
    """Return the platform of this function instance, connected once."""
    settings = Settings()
    configure_logs(settings.log_level, project=settings.project)
    record_spans(settings)
    return platform_from_settings(settings)


def record_spans(settings: Settings) -> None:
    """Let spans be recorded, of packets and of requests, where the settings ask for it."""
    if settings.backend == "cloud" and settings.trace_ratio:
        from fritz.adapters.cloud.traces import cloud_traces

        record_with(cloud_traces(settings.project, settings.trace_ratio))


def ingest_batches() -> Batcher[Envelope]:
    """Return the ingest function's batcher."""
    platform = function_platform()
    return _batcher(platform.settings, ingest_service(compressing(platform)).ingest)


def compressing(platform: Platform) -> Platform:
    """Return the platform with documents that travel compressed, as Pub/Sub bills bytes."""
    return replace(platform, bus=CompressingBus(platform.bus, COMPRESSED))


def filter_batches() -> Batcher[Envelope]:
    """Return the filter function's batcher."""
    platform = function_platform()
    return _batcher(platform.settings, filter_service(platform).run)


def deadletter_service() -> DeadLetterService:
    """Return the dead-letter function's service."""
    platform = function_platform()
    return DeadLetterService(
        objects=platform.objects,
        warehouse=platform.warehouse,
        documents=platform.documents,
        now=platform.clock,
    )


def _batcher(settings: Settings, run: Callable[..., object]) -> Batcher[Envelope]:
    return Batcher(run, max_size=settings.batch_size, max_wait_s=settings.batch_wait_s)


def _documents(settings: Settings) -> DocumentStore:
    if settings.of("documents") == "cloud":
        from fritz.adapters.cloud.firestore import FirestoreDocuments

        return FirestoreDocuments(settings.project)
    from fritz.adapters.embedded.documents import SqliteDocuments

    return SqliteDocuments(_folder(settings) / "documents.sqlite", settings.indexes)


def _objects(settings: Settings) -> ObjectStore:
    if settings.of("objects") == "cloud":
        from fritz.adapters.cloud.storage import CloudObjects

        return CloudObjects(settings.bucket)
    from fritz.adapters.embedded.objects import FolderObjects

    return FolderObjects(_folder(settings) / "objects")


def _warehouse(settings: Settings, objects: ObjectStore) -> Warehouse:
    if settings.of("warehouse") == "cloud":
        from fritz.adapters.cloud.bigquery import BigQueryWarehouse

        place = settings.project, settings.dataset, settings.bucket
        return BigQueryWarehouse(*place, TABLES, objects=objects)
    from fritz.adapters.embedded.warehouse import ParquetWarehouse

    folder = _folder(settings) / "warehouse"
    return ParquetWarehouse(folder, objects, TABLES, VIEWS, prepared=PREPARED)


def warehouses_of_levels(platform: Platform) -> Callable[[Level], Warehouse] | None:
    """Return where the views of each level of rights stand; None where in the warehouse itself.

    In the cloud each level has a dataset, which an account of its own reads and nothing else; the
    program's own account becomes that one, so that a right holds even where SQL is misread.
    """
    settings = platform.settings
    if settings.of("warehouse") != "cloud":
        return None

    @cache
    def of_level(level: Level) -> Warehouse:
        from fritz.adapters.cloud.bigquery import BigQueryWarehouse
        from fritz.adapters.cloud.impersonation import client_as

        dataset = f"{settings.dataset}_{level}"
        account = f"query-{level}@{settings.project}.iam.gserviceaccount.com"
        return BigQueryWarehouse(
            settings.project,
            dataset,
            settings.bucket,
            TABLES,
            objects=platform.objects,
            client=client_as(account, settings.project),
        )

    return of_level


def _bus(settings: Settings) -> Bus:
    if settings.of("bus") == "cloud":
        from fritz.adapters.cloud.pubsub import PubSubBus

        return PubSubBus(settings.project)
    from fritz.adapters.embedded.bus import SqliteBus

    return SqliteBus(_folder(settings) / "bus.sqlite")


def _identity(settings: Settings, documents: DocumentStore) -> Identity:
    if settings.of("identity") == "cloud":
        from fritz.adapters.cloud.firebase import FirebaseIdentity

        return FirebaseIdentity(settings.project)
    from fritz.adapters.embedded.identity import LocalIdentity

    return LocalIdentity(documents, session_secret(settings))


def _sign_in(settings: Settings, documents: DocumentStore) -> SignIn | None:
    if settings.of("identity") == "cloud":
        if settings.sign_in_key is None:
            return None
        from fritz.adapters.cloud.firebase_sign_in import FirebaseSignIn

        providers = settings.sign_in_providers.split(",")
        return FirebaseSignIn(settings.sign_in_key, providers, settings.sign_in_url)
    if not settings.demo_accounts:
        return None
    from fritz.adapters.embedded.demo_sign_in import DemoSignIn
    from fritz.adapters.embedded.identity import LocalIdentity

    if settings.backend == "cloud" or not _is_this_machine(settings.public_url):
        raise Invalid("FRITZ_DEMO_ACCOUNTS: demo accounts are for this machine alone")
    return DemoSignIn(LocalIdentity(documents, session_secret(settings)), demo_accounts())


def _is_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def session_secret(settings: Settings) -> bytes:
    """Return the key that signs cookies: the setting, else one that is kept beside the data.

    Raises
    ------
    Invalid
        The setting is missing where nothing is kept on this machine.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    if settings.backend == "cloud":
        raise Invalid("FRITZ_SECRET must be set: it signs the session cookies")
    from fritz.adapters.embedded.secret import kept_secret

    return kept_secret(_folder(settings))


def _folder(settings: Settings) -> Path:
    settings.data.mkdir(parents=True, exist_ok=True)
    return settings.data
