import pytest

from fritz.alerts import surveys
from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.errors import Invalid
from tests.support.packets import prv_point, ztf_packet

TOY = """
from fritz.alerts.surveys.base import Identity, Survey


def identify(data):
    c = data["candidate"]
    return Identity(data["candid"], "TOY" + data["objectId"], 1, c["jd"], c["ra"], c["dec"])


SURVEY = Survey(
    name="toy",
    bands={1: "toyz"},
    stamps={"science": "cutoutScience"},
    identify=identify,
    previous=lambda data: [],
    detection=lambda data: {"jd": data["candidate"]["jd"], "fid": 1, "programid": 1},
    forced=lambda data: [],
    shown_forced=lambda point: point,
    extras=lambda data: {"telescope": "toy"},
)
"""


@pytest.fixture
def _toy(tmp_path, monkeypatch):
    (tmp_path / "toy.py").write_text(TOY)
    monkeypatch.setattr(surveys, "__path__", [*surveys.__path__, str(tmp_path)])
    surveys.surveys.cache_clear()
    yield
    surveys.surveys.cache_clear()


@pytest.mark.usefixtures("_toy")
def test_one_new_module_is_a_new_survey():
    assert set(surveys.surveys()) == {"toy", "ztf"}
    [record] = read_packet(ztf_packet(prv=[prv_point(2458999.5)]), "toy").records
    assert (record.survey, record.object_id) == ("toy", "TOYZTF20aaaaaaa")
    assert record.stamp("science")
    known = History.empty("toy", record.object_id).merged(record, "p")
    document = enrich(
        record,
        known.view(record.jd + 1),
        survey=surveys.survey("toy"),
        classifications={},
        cross_matches={},
    )
    assert document["telescope"] == "toy"
    assert document["prv_candidates"] == [{"jd": record.jd, "fid": 1, "programid": 1}]


def test_ztf_is_there():
    ztf = surveys.survey("ZTF")
    assert (ztf.name, dict(ztf.bands)) == ("ztf", {1: "ztfg", 2: "ztfr", 3: "ztfi"})


def test_an_unknown_survey_is_named_in_the_refusal():
    with pytest.raises(Invalid, match="no survey 'kepler'"):
        surveys.survey("kepler")
