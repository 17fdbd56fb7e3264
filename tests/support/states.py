"""The state of an embedded platform, without what may differ between two runs of one night."""

from fritz.alerts.packet import read_packet
from fritz.archive.accounting import totals
from fritz.archive.alert_queries import alerts_of_nights
from fritz.marshal.candidate import PacketPlace
from fritz.ports import Query
from fritz.services.histories import COLLECTION as HISTORIES
from fritz.services.histories import HistoryStore
from fritz.services.packs import read_place

__all__ = ["state_of"]

EVERY_NIGHT = (0, 99_999_999)
EVERY_PROGRAM = frozenset({0, 1, 2, 3})


def state_of(platform, *, with_past=False):
    """Return what the platform knows: totals, alerts with packets, histories, candidates.

    Left out is what the order of deliveries decides: moments of writing, packs that batches
    happened to share, and which of two equal packets came first. What an alert was shown of its
    object's past may depend on that order too, unless each packet brings along all that is known at
    its time: if `with_past` it is compared in full. The whole past stands in the histories, which
    always are; and that each alert's place leads to its own packet is checked on the way.
    """
    return {
        "totals": totals(platform.warehouse),
        "alerts": _alerts(platform, with_past),
        "histories": _histories(platform),
        "candidates": _candidates(platform),
    }


def _alerts(platform, with_past):
    statement = alerts_of_nights(EVERY_NIGHT, EVERY_PROGRAM)
    rows = {row["candid"]: row for row in platform.warehouse.run(statement).to_pylist()}
    for candid, row in rows.items():
        place = PacketPlace.from_fields(row.pop("packet"))
        records = read_packet(read_place(platform.objects, place)).records
        assert candid in {record.candid for record in records}
        del row["ingested_at"]
        if not with_past:
            del row["prv_candidates"]
    return rows


def _histories(platform):
    store = HistoryStore(platform.documents)
    names = [row.data["object_id"] for row in platform.documents.query(Query(HISTORIES))]
    found = {name: store.get(name) for name in names}
    return {name: (sorted(h.seen), h.previous, h.forced) for name, h in found.items()}


def _candidates(platform):
    found = {}
    for row in platform.documents.query(Query("candidates")):
        fields = {**row.data}
        place = PacketPlace.from_fields(fields.pop("packet"))
        assert read_packet(read_place(platform.objects, place)).records
        del fields["passed_at"]
        found[row.id] = fields
    return found
