"""Data rights where filters meet alerts: what a stream does not grant never matters."""

from copy import deepcopy

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fritz.filters import FilterRefused, compile_filter
from fritz.marshal.filter import Filter
from fritz.services.active_filters import Runnable, reads_properties
from fritz.services.evaluation import Evaluation
from tests.support.random_filters import pipelines
from tests.unit.services.test_filtering import alert

NIGHT = 20261123
PROGRAMS = st.sampled_from([0, 1, 2, 3])
POINTS = st.lists(
    st.fixed_dictionaries(
        {"jd": st.floats(2461300, 2461400), "programid": PROGRAMS, "fid": st.integers(1, 3)},
        optional={"magpsf": st.floats(14, 21), "drb": st.floats(0, 1), "snr": st.floats(0, 50)},
    ),
    max_size=5,
)
ALERTS = st.builds(
    lambda programid, prv, forced, magpsf: (
        alert(1, programid=programid, prv=prv, magpsf=magpsf) | {"fp_hists": forced}
    ),
    PROGRAMS,
    POINTS,
    POINTS,
    st.floats(14, 21),
)
HISTORY = st.sampled_from(["$prv_candidates", "$fp_hists"])
LOOKS = HISTORY.flatmap(
    lambda name: st.sampled_from(
        [
            {"$match": {"$expr": {"$gt": [{"$size": name}, 1]}}},
            {"$match": {f"{name[1:]}.programid": {"$in": [2, 3]}}},
            {"$match": {f"{name[1:]}.magpsf": {"$lt": 17}}},
            {"$project": {"annotations": {"n": {"$size": name}, "m": {"$min": f"{name}.magpsf"}}}},
            {"$addFields": {"annotations": {"p": f"{name}.programid"}}},
            {"$match": {"properties.stationary": False}},
        ]
    )
)
FILTERS = st.one_of(st.lists(LOOKS, min_size=1, max_size=3), pipelines)


def judged(pipeline, document, programs):
    runnable = Runnable(
        Filter(1, "mine", 2, 1),
        programs,
        compile_filter(pipeline),
        wants_properties=reads_properties(pipeline),
    )
    evaluation = Evaluation()
    passed = list(evaluation.passing(document, NIGHT, [runnable]))
    tally = evaluation.tally(1, NIGHT)
    outputs = [repr((each.output, each.annotations)) for each in passed]
    return outputs, tally.seen, tally.passed, tally.errors


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(FILTERS, ALERTS, st.frozensets(PROGRAMS, max_size=3))
def test_removing_what_a_stream_does_not_grant_never_changes_a_result(pipeline, document, programs):
    try:
        compile_filter(pipeline)
    except FilterRefused:
        assume(False)
    poorer = deepcopy(document)
    for name in ("prv_candidates", "fp_hists"):
        poorer[name] = [point for point in poorer[name] if point["programid"] in programs]
    assert judged(pipeline, poorer, programs) == judged(pipeline, document, programs)


@given(FILTERS, ALERTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_an_alert_that_a_stream_does_not_grant_is_not_even_seen(pipeline, document):
    try:
        compile_filter(pipeline)
    except FilterRefused:
        assume(False)
    others = frozenset({0, 1, 2, 3}) - {document["candidate"]["programid"]}
    assert judged(pipeline, document, others) == ([], 0, 0, 0)
