"""A past night by load jobs: in the archive, in the books, and nowhere else."""

from datetime import UTC, datetime

import pytest
from sqlglot import exp

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.expressions import star, table
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.ports import Statement
from fritz.services.atlas_store import AtlasStore
from fritz.services.crossmatch import CrossMatchService
from fritz.services.histories import HistoryStore
from fritz.services.ingest import IngestService
from fritz.services.night_loading import LoadingWarehouse, NightLoading, Unpublished
from fritz.services.scoring import ScoringService
from fritz.services.skies import AtlasSky
from tests.support.fakes import MemoryBus, MemoryObjects
from tests.support.packets import fp_point, prv_point, ztf_packet

NOW = datetime(2026, 11, 28, tzinfo=UTC)
JD = 2459000.75


class NoModels:
    def current(self):
        return []


class OnlyLoads:
    """A warehouse that takes no single rows."""

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.jobs = []

    def load(self, name, keys):
        self.jobs.append(name)
        return self.warehouse.load(name, keys)

    def run(self, statement):
        return self.warehouse.run(statement)


@pytest.fixture
def world(tmp_path):
    objects, bus = MemoryObjects(), MemoryBus()
    warehouse = ParquetWarehouse(tmp_path / "warehouse", objects, TABLES, VIEWS)
    documents = SqliteDocuments(tmp_path / "documents.sqlite")
    jobs = OnlyLoads(warehouse)
    ingest = IngestService(
        objects=objects,
        warehouse=LoadingWarehouse(jobs, objects, TABLES),
        bus=Unpublished(bus),
        histories=HistoryStore(documents),
        scoring=ScoringService(NoModels()),
        matching=CrossMatchService(
            AtlasSky(objects, AtlasStore(documents, objects, lambda: NOW), 0)
        ),
        now=lambda: NOW,
    )
    service = NightLoading(ingest.ingest, warehouse, lambda: NOW)
    yield service, jobs, bus, objects
    warehouse.close()
    documents.close()


def count(warehouse, name):
    return warehouse.run(Statement(exp.select(star()).from_(table(name)))).num_rows


def packets():
    history = [prv_point(JD - 1, 18.0, candid=77), prv_point(JD - 2)]
    yield ztf_packet(1, jd=JD, prv=history, fp=[fp_point(JD - 1)])
    yield b"no packet"
    yield ztf_packet(1, jd=JD, prv=history)
    yield ztf_packet(2, "ZTF20aaaaaab", jd=JD, programid=2)


def test_each_packet_is_accounted_for_and_nothing_is_published(world):
    service, jobs, bus, objects = world
    assert sum(service.load("night", packets())) == 4
    report = service.report("night", 4)
    assert report.whole
    totals = report.totals
    assert (totals.archived, totals.duplicates, totals.quarantined) == (2, 1, 1)
    assert len(bus.published) == 1  # the quarantine
    assert not {"alerts", "alerts-public"} & set(bus.published)
    assert set(jobs.jobs) == {"alerts", "objects", "detections", "forced_photometry", "ledger"}
    assert list(objects.list("loads/")) == []
    found = {name: count(jobs, name) for name in ("alerts", "detections", "forced_photometry")}
    assert found == {"alerts": 2, "detections": 3, "forced_photometry": 1}
    assert count(jobs, "detections_public") == 2


def test_a_load_that_is_repeated_changes_nothing(world):
    service, jobs, _, _ = world
    list(service.load("night", packets()))
    before = {name: count(jobs, name) for name in ("alerts", "objects", "detections")}
    list(service.load("night", packets()))
    assert {name: count(jobs, name) for name in before} == before
    assert service.report("night", 4).whole


def test_a_night_that_came_by_the_stream_is_a_duplicate(world):
    service, jobs, _, _ = world
    list(service.load("early", [ztf_packet(1, jd=JD)]))
    list(service.load("late", [ztf_packet(1, jd=JD)]))
    assert service.report("late", 1).totals.duplicates == 1
    assert count(jobs, "alerts") == 1
