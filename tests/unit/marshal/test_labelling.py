"""Choosing alerts to label, settling what was said, and rights of the queue in random worlds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.archive.rows import alert_row
from fritz.cli.labels import app
from fritz.errors import Invalid, NotFound
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.label import LABELS, Label, LabelledAlert, progress_of, settled
from fritz.marshal.labelling import STRATEGIES, Option, choose, disagreement, uncertainty
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer, programids
from fritz.services.labelling import Labelling, NewLabel, OfferRequest
from fritz.services.seed import seed_demo
from fritz.settings import Settings
from fritz.wiring import platform_from_settings
from tests.support import googlesql as engines
from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.marshal_world import INDEXES
from tests.unit.services.test_filtering import JD, alert

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIRST = 3247253560115015000
SCORES = st.dictionaries(st.sampled_from(["braai", "drb", "fritz_rb"]), st.floats(0, 1), max_size=3)
OPTIONS = st.lists(
    st.builds(
        Option,
        st.integers(FIRST, FIRST + 99),
        SCORES,
        st.tuples(st.floats(15, 21), st.one_of(st.just(float("nan")), st.floats(0, 5))),
    ),
    max_size=30,
)
STRATEGY = st.sampled_from(STRATEGIES)


@given(OPTIONS, STRATEGY, st.integers(), st.integers(1, 40), st.lists(SCORES, max_size=3))
def test_choice_is_of_the_options_without_repetition_and_repeatable(
    options, strategy, seed, count, known
):
    labelled = [Option(n, scores, (18.0, 1.0)) for n, scores in enumerate(known)]
    chosen = choose(options, strategy, seed=seed, count=count, labelled=labelled)
    candids = [each.candid for each in chosen]
    assert len(candids) == len(set(candids)) <= count
    assert set(candids) <= {each.candid for each in options}
    assert chosen == choose(options, strategy, seed=seed, count=count, labelled=labelled)
    if strategy in {"random", "diversity"}:
        assert len(candids) == min(count, len({each.candid for each in options}))


@given(OPTIONS, st.integers(), st.randoms())
def test_order_of_the_options_does_not_matter(options, seed, random):
    distinct = list({each.candid: each for each in options}.values())
    shuffled = random.sample(distinct, len(distinct))
    for strategy in ("uncertainty", "disagreement", "random"):
        expected = choose(distinct, strategy, seed=seed, count=5)
        assert choose(shuffled, strategy, seed=seed, count=5) == expected


@given(OPTIONS, st.integers())
def test_no_option_is_worth_more_than_the_first(options, seed):
    for strategy, value in (("uncertainty", uncertainty), ("disagreement", disagreement)):
        distinct = {each.candid: each for each in options}.values()
        worth = [found for each in distinct if (found := value(each)) is not None]
        chosen = choose(options, strategy, seed=seed)
        assert [each.value for each in chosen] == ([max(worth)] if worth else [])


def test_diversity_takes_one_of_each_kind_before_a_second_of_any():
    options = [Option(10 * kind + n, {"braai": kind / 2 + n / 100}) for kind in range(3)
               for n in range(3)]  # fmt: skip
    for seed in range(5):
        chosen = choose(options, "diversity", seed=seed, count=3)
        assert {each.candid // 10 for each in chosen} == {0, 1, 2}
    (other,) = choose(options[:6], "diversity", seed=1, labelled=options[:1])
    assert other.candid // 10 == 1


def test_chance_depends_on_the_seed_and_on_nothing_of_the_alert():
    options = [Option(FIRST + n, {"braai": n / 100}) for n in range(100)]
    first = {choose(options, "random", seed=seed)[0].candid for seed in range(200)}
    assert 70 < len(first) < 100


@given(st.lists(st.sampled_from(["real", "bogus", "unsure"]), max_size=5), st.integers(1, 2))
def test_settled_is_a_majority_of_enough(labels, wanted):
    status, agreed = settled(labels, wanted)
    if status == "done":
        assert len(labels) >= wanted
        assert all(labels.count(agreed) > labels.count(o) for o in set(labels) - {agreed})
    else:
        assert agreed is None
        assert (status == "open") == (len(labels) < wanted)


def test_progress_of_nothing_is_nothing():
    found = progress_of([])
    assert (found.alerts, found.labels, found.median_seconds) == (0, 0, None)


def test_documents_keep_everything():
    label = Label(2, "brita", "real", 1.5, "random", NOW)
    entry = LabelledAlert("real_bogus", "ztf", FIRST, "ZTF26a", 1, 20261123, JD, 2, (label,))
    fields = entry.to_fields()
    assert LabelledAlert.from_fields(fields) == entry
    assert (fields["status"], fields["agreed"]) == ("open", None)


# --- what the queue offers, and to whom ------------------------------------------------------


@pytest.fixture(scope="module")
def queue(tmp_path_factory):
    warehouse = DuckdbWarehouse()
    warehouse.append("alerts", [
        alert_row(
            alert(FIRST + n, f"ZTF26n{n}", programid=n % 4, drb=n / 40, jd=JD + n / 1e4)
            | {"survey": "pgir" if n % 8 == 5 else "ztf",
               "classifications": {"braai": (7 * n % 40) / 40}},
            healpix=1, packet={"pack": "p", "offset": 0, "length": 1}, ingested_at=NOW,
            night=20261122 + n % 2,
        )
        for n in range(40)
    ])  # fmt: skip
    documents = SqliteDocuments(tmp_path_factory.mktemp("labels") / "d.sqlite", INDEXES)
    labelling = Labelling(documents, warehouse)
    everyone = Viewer(User(99, "root", NOW), frozenset({SYSTEM_ADMIN}), ())
    for n in (4, 1, 2, 3):  # one of each program waits for a second opinion
        labelling.record(everyone, [NewLabel(FIRST + n, "real", labellers=2)], NOW)
    yield labelling
    documents.close()


STREAMS = (
    Stream(1, "public", "ztf", (1,)),
    Stream(2, "partnership", "ztf", (1, 2)),
    Stream(3, "caltech", "ztf", (0, 1, 2, 3)),
    Stream(4, "other survey", "pgir", (0, 1, 2, 3)),
)


@st.composite
def viewers(draw):
    streams = tuple(each for each in STREAMS if draw(st.booleans()))
    acls = frozenset({SYSTEM_ADMIN} if draw(st.integers(0, 4)) == 0 else {"Classify"})
    return Viewer(User(draw(st.integers(1, 5)), "someone", NOW), acls, streams)


@settings(deadline=None, max_examples=60)
@given(
    viewers(), STRATEGY, st.one_of(st.none(), st.integers(-9, 2**40)), st.integers(1, 50),
    st.sampled_from(["ztf", "pgir"]), st.integers(1, 3),
)  # fmt: skip
def test_nothing_is_offered_that_the_viewer_may_not_see(
    queue, viewer, strategy, seed, count, survey, nights
):
    request = OfferRequest(strategy, count=count, seed=seed, survey=survey, nights=nights)
    offers = queue.offer(viewer, request)
    granted = programids(viewer, survey)
    for each in offers:
        number = each.alert["candid"] - FIRST
        assert number % 4 in granted
        assert (number % 8 == 5) == (survey == "pgir")
    assert {e.programid for e in queue.all(viewer, "real_bogus")} <= programids(viewer, "ztf")
    if count == 50 and nights > 1 and survey == "ztf" and strategy == "random":
        seen = {each.alert["candid"] - FIRST for each in offers}
        expected = {n for n in range(40) if n % 4 in granted and n % 8 != 5}
        assert seen == expected


@settings(deadline=None, max_examples=30)
@given(viewers(), st.integers(0, 60))
def test_only_what_may_be_seen_is_labelled(queue, viewer, n):
    visible = n < 40 and n % 8 != 5 and n % 4 in programids(viewer, "ztf")
    before = {e.candid for e in queue.all(viewer, "class")}
    if visible:
        queue.record(viewer, [NewLabel(FIRST + n, "sn", "class")], NOW)
        assert FIRST + n in {e.candid for e in queue.all(viewer, "class")}
    else:
        with pytest.raises(NotFound):
            queue.record(viewer, [NewLabel(FIRST + n, "sn", "class")], NOW)
        assert {e.candid for e in queue.all(viewer, "class")} == before


def test_many_labels_are_written_in_parts_and_again_without_change(queue, tmp_path):
    documents = SqliteDocuments(tmp_path / "d.sqlite", INDEXES)
    warehouse = DuckdbWarehouse()
    warehouse.append("alerts", [
        alert_row(alert(FIRST + n, "ZTF26a"), healpix=1, ingested_at=NOW, night=20261123,
                  packet={"pack": "p", "offset": 0, "length": 1})
        for n in range(900)
    ])  # fmt: skip
    labelling = Labelling(documents, warehouse)
    viewer = Viewer(User(1, "someone", NOW), frozenset({"Classify"}), ())
    label = Label(1, "someone", "real", None, "import", NOW)
    said = [(NewLabel(FIRST + n, "real"), label) for n in range(900)]
    assert labelling.write(viewer, said).created == 900
    assert labelling.write(viewer, said).unchanged == 900
    with pytest.raises(NotFound):
        labelling.write(viewer, [*said, (NewLabel(5, "real"), label)])
    documents.close()


# --- the command line -------------------------------------------------------------------------


@pytest.fixture
def fritz(tmp_path):
    platform = platform_from_settings(Settings(backend="embedded", data=tmp_path / "data"))
    seed_demo(platform.documents, NOW)
    platform.warehouse.append("alerts", [
        alert_row(alert(FIRST + n, "ZTF26a", programid=1 + n % 2), healpix=1, ingested_at=NOW,
                  night=20261123, packet={"pack": "p", "offset": 0, "length": 1})
        for n in range(6)
    ])  # fmt: skip
    platform.close()

    def run(command, *arguments):
        given = [command, *map(str, arguments), "--data", str(tmp_path / "data")]
        return CliRunner().invoke(app, given, catch_exceptions=False)

    return run


def test_a_file_goes_in_and_comes_out_with_its_exact_ids(fritz, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("candid,label,labeller\n" + "".join(
        f"{FIRST + n},{LABELS['real_bogus'][n % 2]},{'vera' if n > 3 else ''}\n" for n in range(6)
    ))  # fmt: skip
    assert '{"created":6,"changed":0,"unchanged":0}' in fritz("import", file, "--json").stdout
    for name in ("out.csv", "out.parquet"):
        out = tmp_path / name
        assert '{"alerts":6,"labels":6}' in fritz("export", out, "--json").stdout
        assert '{"created":0,"changed":0,"unchanged":6}' in fritz("import", out, "--json").stdout
    counted = fritz("counts", "--json").stdout
    assert '"labeller":{"admin":4,"vera":2}' in counted
    assert "real_bogus: 6 alerts, 6" in fritz("counts").stdout
    public = tmp_path / "public.csv"
    fritz("export", public, "--user", "brita")
    assert str(FIRST) in public.read_text()
    assert str(FIRST + 1) not in public.read_text()


def test_commands_refuse_what_they_cannot_do(fritz, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(f"candid,label\n{FIRST},real\n")
    for command, arguments, error in [
        ("export", (file,), Invalid), ("export", (tmp_path / "x.xlsx",), Invalid),
        ("import", (tmp_path / "none.csv",), NotFound),
        ("import", (file, "--user", "nobody"), NotFound),
        ("import", (file, "--task", "class"), Invalid), ("counts", ("--task", "x"), Invalid),
        ("export", (tmp_path / "none" / "x.csv",), Invalid),
    ]:  # fmt: skip
        with pytest.raises(error):
            fritz(command, *arguments)
    assert '"alerts":0' in fritz("counts", "--json").stdout


googlesql = engines.googlesql


class Remembering(DuckdbWarehouse):
    """Remembers the statements that it ran."""

    def __init__(self):
        super().__init__()
        self.statements = []

    def run(self, statement):
        self.statements.append(statement)
        return super().run(statement)


@pytest.mark.xdist_group("googlesql")
def test_google_s_analyser_accepts_the_queue_s_statements(googlesql, tmp_path):
    documents, warehouse = SqliteDocuments(tmp_path / "d.sqlite", INDEXES), Remembering()
    warehouse.append("alerts", [
        alert_row(alert(FIRST), healpix=1, ingested_at=NOW, night=20261123,
                  packet={"pack": "p", "offset": 0, "length": 1})
    ])  # fmt: skip
    labelling = Labelling(documents, warehouse)
    viewer = Viewer(User(1, "someone", NOW), frozenset({"Classify"}), ())
    assert len(labelling.offer(viewer, OfferRequest("random"))) == 1
    labelling.record(viewer, [NewLabel(FIRST, "real")], NOW)
    assert len(warehouse.statements) >= 3
    for statement in warehouse.statements:
        assert "@" in googlesql.analyse(statement)
    documents.close()
