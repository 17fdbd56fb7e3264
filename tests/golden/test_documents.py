"""The enriched document of one made-up alert, as agreed; scripts and filters rely on it."""

import json
from pathlib import Path

import orjson
import pytest

from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.alerts.surveys import survey
from tests.support.packets import fp_point, prv_point, ztf_packet

GOLDEN = Path(__file__).parent / "alerts" / "enriched.json"


def document():
    jd = 2459000.75
    packet = ztf_packet(
        1247000000115015001,
        "ZTF20abcdefg",
        jd,
        222.9871951,
        0.2746431,
        prv=[prv_point(jd - 3), prv_point(jd - 2, 19.25), prv_point(jd - 400)],
        fp=[fp_point(jd - 2, 500.0), fp_point(jd - 3, -20.0), fp_point(jd - 4, procstatus="61")],
    )
    [record] = read_packet(packet).records
    history = History.empty("ztf", record.object_id).merged(record, "golden/0")
    return enrich(
        record,
        History.decode(history.encode()).view(record.jd, record.candid),
        survey=survey("ztf"),
        classifications={"braai": 0.75, "braai_version": "d6_m9"},
        cross_matches={"Gaia_EDR3": [], "CLU_20190625": [{"name": "NGC 1", "z": 0.015}]},
    )


def alike(ours, golden):
    if isinstance(golden, dict):
        return ours.keys() == golden.keys() and all(alike(ours[k], golden[k]) for k in golden)
    if isinstance(golden, list):
        return len(ours) == len(golden) and all(map(alike, ours, golden))
    if isinstance(golden, float):
        return ours == pytest.approx(golden, rel=1e-12)
    return ours == golden and type(ours) is type(golden)


def test_the_enriched_document_is_the_agreed_one():
    ours = orjson.loads(orjson.dumps(document()))
    golden = json.loads(GOLDEN.read_text())
    assert ours.keys() == golden.keys()
    for name, value in golden.items():
        assert alike(ours[name], value), name
