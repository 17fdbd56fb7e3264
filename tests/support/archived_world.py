"""The archive of a world of candidates: their alerts as rows, as if they had been ingested."""

from fritz.alerts.document import enrich
from fritz.alerts.night import night_of
from fritz.alerts.surveys import survey
from fritz.archive.rows import alert_row
from fritz.services.histories import HistoryStore
from fritz.services.packs import read_record
from fritz.sky.healpix import cells_of
from tests.support.marshal_world import NOW

EVER_DAYS = 1e9


def archive_alerts(world, candidates):
    """Write the alerts of candidates into the world's archive, by nights."""
    histories = HistoryStore(world.documents).load({each.obj_id for each in candidates})
    rows = []
    for each in candidates:
        record = read_record(world.objects, each.packet, each.candid, "ztf")
        history = histories[each.obj_id].history.view(EVER_DAYS, window_days=EVER_DAYS)
        document = enrich(
            record, history, survey=survey("ztf"), cross_matches={},
            classifications={"braai": each.score, "braai_version": "d6_m9"},
        )  # fmt: skip
        place = {name: getattr(each.packet, name) for name in ("pack", "offset", "length")}
        rows.append(
            alert_row(
                document, healpix=int(cells_of(each.ra, each.dec, 29)), packet=place,
                ingested_at=NOW, night=night_of(each.jd),
            )
        )  # fmt: skip
    world.warehouse.append("alerts", rows)
