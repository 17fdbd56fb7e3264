"""The disaster drill: what the document store lost is made anew from the archive and its packs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fritz.adapters.embedded import bus_rows
from fritz.cli.platforms import opened
from fritz.errors import NotFound
from fritz.ports import Delete
from fritz.services.envelopes import Envelope
from fritz.services.publishing import packet_message
from fritz.services.reprocessing import Moment
from fritz.services.rescoring_packs import Shard
from fritz.services.seed import seed_demo
from fritz.wiring import filter_service, ingest_service, reprocessing
from tests.plugins.must_run import KIT
from tests.support.document_dump import dump
from tests.support.packets import fp_point, prv_point, ztf_packet

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)
LOST = ("candidates", "scan_entries", "histories")
BATCH = 12


def made_up():
    """Return packets of three nights: most pass a filter of the demo, objects come again."""
    return [
        ztf_packet(
            100 + n,
            f"ZTF20aaaaa{chr(97 + n % 10)}",
            jd=2459000.7 + n // 10 + n / 1000,
            magpsf=16.5 + n / 10,
            drb=0.99,
            prv=[prv_point(2458990.7 + n / 100, 18.0)],
            fp=[fp_point(2458995.7 + n / 100)],
        )
        for n in range(30)
    ]


def real():
    found = sorted((KIT / "data/alerts/ztf").glob("*.avro"))
    return [path.read_bytes() for path in found[:: max(1, len(found) // 40)][:40]]


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """A platform that has taken packets in, in several packs, with duplicates among them."""
    with opened(tmp_path_factory.mktemp("drill")) as whole:
        clock = Moment(NOW)
        opened_ = replace(whole, clock=clock)
        seed_demo(opened_.documents, NOW)
        packets = [*made_up(), *real()]
        messages = [
            packet_message(data, packet_id=f"night/0/{n}")
            for n, data in enumerate([*packets, *packets[:5]])
        ]
        ingest, filters = ingest_service(opened_), filter_service(opened_)
        for first in range(0, len(messages), BATCH):
            clock.at += timedelta(seconds=1)  # as between batches: the ledger's first is earliest
            some = messages[first : first + BATCH]
            ingest.ingest([Envelope(m.data, m.attributes, "1", NOW) for m in some])
            filters.run(waiting(opened_.bus, "alerts-filter"))
        yield opened_


def waiting(bus, subscription):
    terms, leased = bus.subscription(subscription), bus.lease(subscription, 999)
    found = [Envelope.from_event(bus_rows.push_body(each, terms, bus.project)) for each in leased]
    bus.acknowledge(subscription, [each.lease for each in leased])
    return found


def nights(platform):
    keys = platform.objects.list("packs/ztf/")
    return sorted({int(key.split("/")[2]) for key in keys})


def lose(documents, state):
    for collection, rows in state.items():
        if collection.split("/")[0] in LOST:
            for name in rows:
                documents.commit([Delete(collection, name)])


def test_what_was_lost_is_made_anew_document_by_document(platform):
    before = dump(platform.documents)
    assert len(before["candidates"]) > 20
    lose(platform.documents, before)
    assert "candidates" not in dump(platform.documents)
    again = reprocessing(platform)
    first, *others = nights(platform)
    next(again.night(first))  # broken off after one pack
    reports = [report for night in (first, *others) for report in again.night(night)]
    after = dump(platform.documents)
    assert set(after) == set(before)
    for collection, rows in before.items():
        assert after[collection] == rows, collection
    assert sum(each.alerts for each in reports) >= 30
    assert not any(each.unreadable for each in reports)


def test_what_stands_is_left_as_it_is_and_nobody_is_told_twice(platform):
    before = dump(platform.documents)
    published = platform.bus.published()
    shards = [Shard(index, 2) for index in (0, 1)]
    again = reprocessing(platform)
    reports = [
        report
        for night in nights(platform)
        for shard in shards
        for report in again.night(night, shard=shard)
    ]
    assert dump(platform.documents) == before
    assert platform.bus.published() == published
    assert sum(each.histories for each in reports) == 0
    assert sum(each.passed for each in reports) == len(before["candidates"])


def test_a_pack_that_is_gone_is_named(platform):
    key = next(platform.objects.list("packs/ztf/"))
    body = platform.objects.get(key)
    platform.objects.delete(key)
    with pytest.raises(NotFound, match=key):
        list(reprocessing(platform).night(int(key.split("/")[2])))
    platform.objects.create(key, body)
