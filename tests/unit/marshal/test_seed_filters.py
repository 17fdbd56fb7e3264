"""The demo's filters on a simulated night, whose truth is known."""

from collections import Counter

import pytest

from emulators.survey import simulate
from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.alerts.rights import grant
from fritz.alerts.surveys import survey
from fritz.filters import compile_filter
from fritz.services.seed import FILTERS, STREAMS

ALERTS = 700
WANTED = {
    1: {"sn_ia", "sn_ii", "tde", "cataclysmic_variable"},
    2: {"agn", "tde", "sn_ii", "sn_ia"},
    3: {"sn_ia", "sn_ii", "tde"},
    4: {"asteroid"},
    5: {"rr_lyrae", "eclipsing_binary", "long_period_variable", "cataclysmic_variable"},
}


@pytest.fixture(scope="module")
def passed():
    """Filter id -> kinds of the objects whose alerts passed."""
    programids = {stream.id: frozenset(stream.programids) for stream in STREAMS}
    compiled = [(f.id, programids[f.stream_id], compile_filter(f.pipeline)) for f in FILTERS]
    kinds = {each.id: Counter() for each in FILTERS}
    for packet in simulate(ALERTS, seed=1):
        record = read_packet(packet.data).records[0]
        history = History.empty("ztf", record.object_id).merged(record, "p")
        past = history.view(record.jd, record.candid)
        alert = enrich(
            record, past, survey=survey("ztf"), classifications={}, cross_matches={}
        )  # fmt: skip
        for filter_id, granted, run in compiled:
            visible = grant(alert, granted)
            if visible is not None and run.run(visible) is not None:
                kinds[filter_id][packet.truth.kind] += 1
    return kinds


@pytest.mark.parametrize("each", FILTERS, ids=lambda each: each.name)
def test_each_filter_passes_a_few_alerts_and_mostly_its_own_kind(passed, each):
    kinds = passed[each.id]
    assert 1 <= kinds.total() <= 0.08 * ALERTS
    assert sum(kinds[kind] for kind in WANTED[each.id]) >= 0.7 * kinds.total()
