"""Filters see on the archive what they saw on the stream."""

from datetime import UTC, datetime

import orjson
import pytest

from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.night import night_of
from fritz.alerts.packet import read_packet
from fritz.alerts.surveys import survey
from fritz.archive.alert_queries import alerts_of_nights
from fritz.archive.documents import document_from_row
from fritz.archive.rows import alert_row
from tests.plugins.must_run import kit
from tests.support.packets import fp_point, prv_point, ztf_packet

JD = 2459000.75
NOW = datetime(2026, 8, 2, tzinfo=UTC)
NIGHTS = (20170101, 20301231)


def enriched(packets):
    """Return the documents that the stream carries for these packets, in order."""
    histories, documents = {}, []
    for number, data in enumerate(packets):
        for record in read_packet(data).records:
            before = histories.get(record.object_id) or History.empty("ztf", record.object_id)
            history = before.merged(record, f"run/{number}")
            histories[record.object_id] = history
            documents.append(
                enrich(
                    record,
                    history.view(record.jd, record.candid),
                    survey=survey("ztf"),
                    classifications={"braai": 0.75, "braai_version": "d6_m9", "acai_h": 0.5},
                    cross_matches={},
                )
            )
    return documents


def rebuilt(warehouse, documents, programids=(1,)):
    rows = [
        alert_row(
            each,
            healpix=5,
            packet={"pack": "a.pack", "offset": n, "length": 20},
            ingested_at=NOW,
            night=night_of(each["candidate"]["jd"]),
        )
        for n, each in enumerate(documents)
    ]
    warehouse.append("alerts", rows)
    found = warehouse.run(alerts_of_nights(NIGHTS, programids)).to_pylist()
    return {row["candid"]: document_from_row(row) for row in found}


def streamed(document):
    return orjson.loads(orjson.dumps(document))


def test_a_made_up_alert_comes_back_whole(warehouse):
    packet = ztf_packet(
        5,
        jd=JD,
        prv=[prv_point(JD - 3), prv_point(JD - 2, 19.25), prv_point(JD - 400, 18.0)],
        fp=[fp_point(JD - 2, 500.0), fp_point(JD - 3, -20.0), fp_point(JD - 4, procstatus="61")],
        neargaia=float("nan"),
    )
    [document] = enriched([packet])
    found = rebuilt(warehouse, [document])
    assert found[5] == streamed(document)
    assert found[5]["fp_hists"][1]["mag"] == document["fp_hists"][1]["mag"]
    assert found[5]["candidate"]["neargaia"] is None


def test_an_earlier_alert_of_the_object_comes_back_with_its_score(warehouse):
    packets = [ztf_packet(4, jd=JD - 1, drb=0.25), ztf_packet(5, jd=JD)]
    documents = enriched(packets)
    found = rebuilt(warehouse, documents)
    assert found[5] == streamed(documents[1])
    assert found[5]["prv_candidates"][0]["drb"] == 0.25


def test_measurements_of_one_time_keep_their_order(warehouse):
    same = [prv_point(JD - 2, 19.0, candid=n) for n in (9, 7, 8)]
    documents = enriched([ztf_packet(5, jd=JD, prv=same)])
    found = rebuilt(warehouse, documents)
    assert [point["candid"] for point in found[5]["prv_candidates"]] == [7, 8, 9]


def test_photometry_that_a_restricted_alert_brought_is_restricted(warehouse):
    packets = [
        ztf_packet(4, jd=JD - 1, programid=2, fp=[fp_point(JD - 3), fp_point(JD - 2)]),
        ztf_packet(5, jd=JD, fp=[fp_point(JD - 2)]),
    ]
    documents = enriched(packets)
    found = rebuilt(warehouse, documents)
    assert found.keys() == {5}
    assert [point["jd"] for point in found[5]["fp_hists"]] == [JD - 2]
    assert rebuilt(warehouse, [], (1, 2))[5] == streamed(documents[1])


@pytest.mark.parametrize(("version", "absent"), [("3.0", True), ("3.3", False), ("x", False)])
def test_fields_that_the_schema_did_not_have_are_absent(version, absent):
    row = {
        "candid": 5,
        "objectId": "ZTF26abc",
        "survey": "ztf",
        "schemavsn": version,
        "candidate": {"jd": JD, "ra": 1.0, "dec": 2.0, "drb": None, "rb": None},
    }
    candidate = document_from_row(row)["candidate"]
    assert ("drb" not in candidate) == absent
    assert candidate["rb"] is None


def test_nothing_later_than_the_alert_or_older_than_a_year_is_shown():
    times = [JD - 366, JD - 365, JD - 364, JD, JD + 0.001]
    row = {
        "candid": 5,
        "objectId": "ZTF26abc",
        "survey": "ztf",
        "candidate": {"jd": JD, "ra": 1.0, "dec": 2.0},
        "prv_candidates": [{"jd": jd, "programid": 1} for jd in times],
        "fp_hists": [{"jd": JD + 1, "programid": 1, "procstatus": "0"}],
    }
    document = document_from_row(row)
    assert [point["jd"] for point in document["prv_candidates"]] == [JD - 364, JD]
    assert "fp_hists" not in document


@pytest.mark.kit
def test_every_real_alert_comes_back_whole(warehouse):
    folder = kit("alerts/ztf")
    documents = enriched(path.read_bytes() for path in sorted(folder.glob("*.avro")))
    once = {each["candid"]: each for each in documents}
    found = rebuilt(warehouse, list(once.values()), (0, 1, 2, 3))
    assert len(found) == len(once) > 500
    for candid, document in once.items():
        assert found[candid] == streamed(document), candid
