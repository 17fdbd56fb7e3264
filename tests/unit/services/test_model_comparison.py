"""Models compared on what the archive has: scores of the day, of shadows, made again; labels."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import typer
from typer.testing import CliRunner

from fritz.archive.scores import score_row
from fritz.cli.model_report import labels_of, report
from fritz.errors import Invalid, NotFound
from fritz.services.model_comparison import ComparedAlerts, ModelComparisons
from fritz.services.packs import write_pack
from fritz.settings import Settings
from fritz.wiring import platform_from_settings
from tests.support.backtesting import row_of
from tests.support.packets import ztf_packets, ztf_record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NIGHT = 20200531
ALERTS = ComparedAlerts((NIGHT, NIGHT), [1])
DRB = {1: 0.9, 2: 0.8, 3: 0.1, 4: 0.0, 5: 0.7}
ACTIVE = {1: 0.9, 2: 0.4, 3: 0.2, 4: 0.6, 5: 0.9}
SHADOW = {1: 0.8, 2: 0.7, 3: 0.6, 5: 0.9}


def archived(objects, candid, score, drb, programid):
    record = ztf_record(candid=candid, drb=drb, programid=programid)
    (place,) = write_pack(objects, "ztf", NIGHT, [ztf_packets([record])])
    document = {key: value for key, value in record.items() if not key.startswith("cutout")}
    given = {"a": score, "a_version": "v1"}
    return row_of({**document, "survey": "ztf", "classifications": given}) | {
        "packet": place.to_fields()
    }


def kept_apart(candid, score, *, name="b", version="v2", hours=0):
    return score_row(
        candid=candid, survey="ztf", night=NIGHT, programid=1, name=name, version=version,
        score=score, state="shadow", at=NOW + timedelta(hours=hours),
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    platform = platform_from_settings(Settings(data=folder))
    rows = [
        archived(platform.objects, candid, score, DRB[candid], 2 if candid == 5 else 1)
        for candid, score in ACTIVE.items()
    ]
    platform.warehouse.append("alerts", rows)
    scores = [kept_apart(candid, score) for candid, score in SHADOW.items() if candid != 5]
    # once more after a crash, and a score of the active version made again
    scores += [kept_apart(1, 0.8, hours=1), kept_apart(4, 0.3, name="a", version="v1")]
    platform.warehouse.append("scores", scores)
    platform.close()
    return folder


@pytest.fixture
def platform(data):
    platform = platform_from_settings(Settings(data=data))
    yield platform
    platform.close()


@pytest.fixture
def comparisons(platform):
    return ModelComparisons(platform.warehouse, platform.objects)


def test_an_active_model_and_one_in_shadow_against_drb(comparisons):
    found = comparisons.compare(ALERTS, "a@v1", "b@v2")
    # 4 has no score of b@v2, 5 may not be seen
    assert (found.alerts, found.left_out) == (3, 1)
    assert (found.known, found.true, found.truth) == (3, 2, "drb of at least 0.5")
    assert [(each.candid, each.scores, each.truth) for each in found.listed] == [
        (3, (0.2, 0.6), False), (2, (0.4, 0.7), True)
    ]  # fmt: skip


def test_one_model_against_drb_which_is_unknown_where_it_is_zero(comparisons):
    found = comparisons.compare(ALERTS, "a@v1")
    assert (found.alerts, found.known) == (4, 3)
    assert [each.candid for each in found.listed] == [2]


def test_a_score_made_again_counts_more_than_that_of_the_day(comparisons):
    found = comparisons.compare(ALERTS, "a@v1", labels={4: True})
    assert [each.scores for each in found.listed] == [(0.3,)]


def test_labels_choose_the_alerts_and_are_the_truth(comparisons):
    found = comparisons.compare(ALERTS, "a@v1", "b@v2", labels={1: True, 3: True, 99: True})
    assert (found.alerts, found.known, found.true, found.truth) == (2, 2, 2, "labels")


def test_rights_decide_what_is_compared(comparisons):
    everything = ComparedAlerts((NIGHT, NIGHT), [1, 2])
    assert comparisons.compare(everything, "a@v1").alerts == 5
    with pytest.raises(NotFound, match="no alert"):
        comparisons.compare(ComparedAlerts((NIGHT, NIGHT), [3]), "a@v1")


def test_a_model_without_scores_or_a_version_is_told_in_words(comparisons):
    with pytest.raises(NotFound, match="a@v9"):
        comparisons.compare(ALERTS, "a@v9")
    with pytest.raises(Invalid, match="name@version"):
        comparisons.compare(ALERTS, "a")


def test_the_page_shows_stamps_of_disagreements_unless_the_packet_is_gone(platform, comparisons):
    found = comparisons.compare(ALERTS, "a@v1", "b@v2")
    page = comparisons.page(found, ALERTS, NOW)
    assert page.count('<img src="data:image/png;base64,') == 2
    assert "ZTF20aaaaaaa" in page
    packs = {key: platform.objects.get(key) for key in platform.objects.list("packs/")}
    for key in packs:
        platform.objects.delete(key)
    bare = comparisons.page(found, ALERTS, NOW)
    for key, body in packs.items():
        platform.objects.create(key, body)
    assert (bare.count("no stamps"), bare.count("<img")) == (2, 0)


def command(data, *arguments):
    app = typer.Typer()
    app.command()(report)
    given = ["--nights", str(NIGHT), "--data", str(data), "--json", *arguments]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0, result.output
    return orjson.loads(result.stdout.splitlines()[-1])


def test_the_command_writes_the_page(data, tmp_path):
    out, labels = tmp_path / "page.html", tmp_path / "labels.csv"
    found = command(data, "a@v1", "b@v2", "--out", str(out))
    assert (found["alerts"], found["disagreements"]) == (3, 2)
    assert found["models"]["a@v1"] == {"auc": 1.0}
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")
    labels.write_text("candid,real\n1,1\n2,True\n3,0\n")
    assert command(data, "a@v1", "--labels", str(labels), "--out", str(out))["known"] == 3


def test_exported_labels_count_as_far_as_the_labellers_agree(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "candid,label,agreed\n1,bogus,real\n2,real,bogus\n3,real,\n4,unsure,unsure\n5,sn,sn\n"
    )
    assert labels_of(path) == {1: True, 2: False, 5: True}


def test_files_that_hold_no_labels_are_refused(tmp_path):
    path = tmp_path / "labels.csv"
    with pytest.raises(NotFound):
        labels_of(path)
    for text in ("candid\n1\n", "candid,real\nx,1\n", "candid,real\n1,maybe\n", ""):
        path.write_text(text)
        with pytest.raises(Invalid, match=r"labels\.csv"):
            labels_of(path)
