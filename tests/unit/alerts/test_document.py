import gzip
import json

import orjson
import pytest

from fritz.alerts.document import coordinates, enrich
from fritz.alerts.history import History, HistoryView
from fritz.alerts.packet import read_packet
from fritz.alerts.surveys import survey
from tests.plugins.must_run import kit
from tests.support.packets import fp_point, prv_point, ztf_packet

ZTF = survey("ztf")


def enriched(view=None, **values):
    [record] = read_packet(ztf_packet(**values)).records
    if view is None:
        known = History.empty("ztf", record.object_id).merged(record, "p")
        view = known.view(record.jd, record.candid)
    return enrich(
        record,
        view,
        survey=ZTF,
        classifications={"braai": 0.5, "braai_version": "d6_m9"},
        cross_matches={"Gaia_EDR3": []},
    )


def test_the_document_has_kowalskis_layout():
    document = enriched(prv=[prv_point(2459000.1)], fp=[fp_point(2459000.2)])
    assert set(document) == {
        "survey", "candid", "objectId", "schemavsn", "publisher", "candidate", "prv_candidates",
        "fp_hists", "classifications", "cross_matches", "coordinates",
    }  # fmt: skip
    assert document["survey"] == "ztf"
    assert document["schemavsn"] == "4.02"


def test_the_candidate_keeps_its_nulls():
    candidate = enriched(sgscore2=None)["candidate"]
    assert "sgscore2" in candidate
    assert candidate["sgscore2"] is None


def test_forced_photometry_is_absent_rather_than_empty():
    assert "fp_hists" not in enriched(fp=None)
    assert "fp_hists" not in enriched(fp=[])


def test_a_null_history_is_an_empty_one():
    assert enriched(prv=None)["prv_candidates"] == []


def test_the_document_is_free_of_stamps_and_serialises():
    assert len(orjson.dumps(enriched())) < 5_000


def test_changing_the_document_leaves_the_record_alone():
    [record] = read_packet(ztf_packet()).records
    document = enrich(record, HistoryView([], []), survey=ZTF, classifications={}, cross_matches={})
    document["candidate"]["magpsf"] = 0.0
    document["prv_candidates"].append({})
    assert record.candidate["magpsf"] == 18.5


def test_coordinates_are_given_in_every_system():
    found = coordinates(222.9871951, 0.2746431)
    assert found["radec_str"] == ["14:51:56.9268", "00:16:28.715"]
    assert found["radec_geojson"] == {
        "type": "Point",
        "coordinates": [222.9871951 - 180.0, 0.2746431],
    }
    assert found["l"] == pytest.approx(355.07622555, abs=1e-7)
    assert found["b"] == pytest.approx(50.52800005, abs=1e-7)
    assert set(found["geocentricmeanecliptic"]) == {"lambda", "beta"}


# --- golden documents -------------------------------------------------------------------------


def golden():
    with gzip.open(kit("filters/documents.ndjson.gz")) as lines:
        for line in lines:
            document = json.loads(line)
            if "-" not in document["_id"]:
                yield document


def same(ours, theirs):
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float) or isinstance(ours, float):
        return ours == pytest.approx(theirs, rel=1e-12, abs=1e-9)
    return ours == theirs


def in_order(points):
    return sorted(points, key=lambda p: (p["jd"], p["fid"], p.get("candid", 0)))


def as_golden_forced(point):
    """Forced photometry as the golden documents have it, which differ from Kowalski's in three
    ways: no `limmag5sig`, magnitudes from 3 sigma on only, -99999 kept. (`alert_programid` is
    ours.)"""
    dropped = {"limmag5sig", "alert_programid"} | (
        {"mag", "magerr"} if 0 < point["snr"] < 3 else set()
    )
    return {key: value for key, value in point.items() if key not in dropped}


def test_real_alerts_make_the_golden_documents():
    compared = 0
    for theirs in golden():
        data = (kit("alerts/ztf") / f"{theirs['candid']}.avro").read_bytes()
        [record] = read_packet(data).records
        known = History.decode(History.empty("ztf", record.object_id).merged(record, "p").encode())
        ours = enrich(
            record,
            known.view(record.jd, record.candid),
            survey=ZTF,
            classifications=theirs["classifications"],
            cross_matches=theirs["cross_matches"],
        )
        assert ours.pop("survey") == "ztf"
        del ours["coordinates"]["geocentricmeanecliptic"], theirs["_id"]
        for document in (ours, theirs):
            document["prv_candidates"] = in_order(document["prv_candidates"])
            document["fp_hists"] = in_order(document.get("fp_hists", []))
        ours["fp_hists"] = [as_golden_forced(point) for point in ours["fp_hists"]]
        theirs["fp_hists"] = [
            {key: value for key, value in point.items() if value != -99999.0}
            for point in theirs["fp_hists"]
        ]
        for name, value in theirs.items():
            assert same(ours[name], value), f"{record.candid} {name}"
        assert ours.keys() == theirs.keys()
        compared += 1
    assert compared > 300
