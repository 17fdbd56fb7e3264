"""The labelling queue: what is offered to whom, what is kept, files of labels."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from fritz.archive.rows import alert_row
from tests.support.marshal_world import JD_NOW, NOW
from tests.unit.services.test_filtering import alert

NIGHT = 20261123
FIRST = 3247253560115015001


@pytest.fixture
def ask(client, world):
    def send(username, method, path, body=None, acls=(), **query):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        given = {"data": body} if isinstance(body, bytes) else {"json": body}
        return client.open(
            path, method=method.upper(), headers=headers, query_string=query, **given
        )

    return send


def data(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error"), answer.json
    return answer.json["message"]


@pytest.fixture(autouse=True)
def night(world):
    """Twenty alerts: braai rises from 0 to 0.95, drb is 0.9; every fifth is a partner's."""
    world.warehouse.append("alerts", [
        alert_row(
            alert(FIRST + n, f"ZTF26n{n}", programid=2 if n % 5 == 0 else 1, jd=JD_NOW + n / 1e4)
            | {"classifications": {"braai": n / 20, "braai_version": "d6_m9"}},
            healpix=1, packet={"pack": "p", "offset": 0, "length": 1}, ingested_at=NOW,
            night=NIGHT,
        )
        for n in range(20)
    ])  # fmt: skip


def offered(ask, username="brita", **query):
    return data(ask(username, "get", "/api/labelling/next", **query))["alerts"]


def label(ask, username, n, said="real", **more):
    body = {"candid": FIRST + n, "label": said} | more
    return data(ask(username, "post", "/api/labelling/labels", body))


def progress(ask, username="nuria"):
    return data(ask(username, "get", "/api/labelling/progress"))


CREATED = {"created": 1, "changed": 0, "unchanged": 0}


class TestNext:
    def test_disagreement_offers_where_the_models_differ_most(self, ask):
        (best,) = offered(ask, strategy="disagreement", includeScores="true")
        assert (best["candid"], best["candid_text"]) == (FIRST + 1, str(FIRST + 1))
        assert best["value"] == pytest.approx(0.85)
        assert best["scores"] == {"braai": 0.05, "drb": 0.9}
        assert (best["objectId"], best["night"], best["reason"]) == (
            "ZTF26n1", NIGHT, "disagreement",
        )  # fmt: skip

    def test_uncertainty_goes_by_the_models_asked_for(self, ask):
        rows = offered(ask, strategy="uncertainty", models="braai", count=3)
        assert rows[0]["candid"] in {FIRST + 9, FIRST + 11}
        assert {row["candid"] - FIRST for row in rows} <= {8, 9, 11, 12}
        assert "scores" not in rows[0]

    @pytest.mark.parametrize("strategy", ["random", "diversity", "uncertainty", "disagreement"])
    def test_public_users_are_offered_public_alerts_each_once(self, ask, strategy):
        rows = offered(ask, strategy=strategy, count=50, seed=7)
        assert sorted(row["candid"] - FIRST for row in rows) == [n for n in range(20) if n % 5]
        assert rows == offered(ask, strategy=strategy, count=50, seed=7)
        assert len(offered(ask, "nuria", strategy=strategy, count=50)) == 20

    def test_what_is_labelled_is_not_offered_again(self, ask):
        label(ask, "brita", 1)
        for username in ("brita", "nuria"):
            seen = {row["candid"] for row in offered(ask, username, count=50)}
            assert FIRST + 1 not in seen

    def test_two_labellers_and_a_tie_break(self, ask):
        label(ask, "nuria", 1, "real", labellers=2, strategy="disagreement")
        (second, _) = offered(ask, "brita", count=2, labellers=2)
        assert (second["candid"], second["reason"], second["strategy"]) == (
            FIRST + 1, "second", "disagreement",
        )  # fmt: skip
        label(ask, "brita", 1, "bogus", labellers=2)
        assert progress(ask)["statuses"] == {"disputed": 1}
        assert all(row["candid"] != FIRST + 1 for row in offered(ask, "brita", count=50))
        assert offered(ask, "farid")[0]["reason"] == "tie_break"
        label(ask, "farid", 1, "bogus", labellers=2)
        found = progress(ask)
        assert (found["statuses"], found["agreed"]) == ({"done": 1}, {"bogus": 1})
        assert offered(ask, "vera")[0]["reason"] == "random"

    def test_a_second_opinion_is_not_asked_of_who_may_not_see_the_alert(self, ask):
        label(ask, "nuria", 0, "real", labellers=2)
        assert all(row["candid"] != FIRST for row in offered(ask, "brita", count=50))
        assert offered(ask, "farid")[0]["candid"] == FIRST

    @pytest.mark.parametrize(
        "query",
        [{"strategy": "best"}, {"task": "x"}, {"count": 0}, {"count": 1000}, {"labellers": 3},
         {"nights": 0}, {"seed": "x"}],
    )  # fmt: skip
    def test_what_cannot_be_offered_is_400(self, ask, query):
        refused(ask("brita", "get", "/api/labelling/next", **query))

    def test_labelling_needs_the_verb(self, ask):
        answer = ask("brita", "get", "/api/labelling/next", acls=("Comment",))
        assert "Classify" in refused(answer, 401)
        body = {"candid": FIRST + 1, "label": "real"}
        answer = ask("brita", "post", "/api/labelling/labels", body, ("Comment",))
        assert "Classify" in refused(answer, 401)


class TestLabels:
    def test_a_label_is_kept_with_who_how_long_and_why(self, ask):
        assert label(ask, "brita", 1, seconds=2.5, strategy="random", night=NIGHT) == CREATED
        found = progress(ask)
        assert found["labellers"] == {"brita": 1}
        assert found["strategies"] == {"random": 1}
        assert (found["said"], found["median_seconds"]) == ({"real": 1}, 2.5)

    def test_posting_again_changes_nothing(self, ask):
        label(ask, "brita", 1, seconds=2.5)
        again = label(ask, "brita", 1, seconds=9.0)
        assert again == {"created": 0, "changed": 0, "unchanged": 1}
        assert progress(ask)["median_seconds"] == 2.5
        assert label(ask, "brita", 1, "bogus")["changed"] == 1
        assert progress(ask)["said"] == {"bogus": 1}

    def test_a_candid_as_text_is_the_same_one(self, ask):
        body = {"labels": [{"candid": str(FIRST + 1), "label": "real"}]}
        assert data(ask("brita", "post", "/api/labelling/labels", body)) == CREATED
        assert label(ask, "brita", 1)["unchanged"] == 1

    def test_what_the_labeller_may_not_see_is_not_there(self, ask):
        for candid in (FIRST, 5):
            body = {"candid": candid, "label": "real"}
            message = refused(ask("brita", "post", "/api/labelling/labels", body), 404)
            assert message == f"no alert {candid}"
        label(ask, "nuria", 0)
        assert progress(ask, "brita")["alerts"] == 0
        assert progress(ask, "nuria")["alerts"] == 1

    @pytest.mark.parametrize(
        "change",
        [{"label": "sn"}, {"task": "x"}, {"seconds": -1}, {"seconds": 1e9}, {"strategy": "x"},
         {"labellers": 0}, {"candid": 3.247253560115015e18}, {"candid": 2**64}, {"candid": None},
         {"label": None}],
    )  # fmt: skip
    def test_what_is_no_label_is_400_and_nothing_is_kept(self, ask, change):
        good = {"candid": FIRST + 1, "label": "real"}
        body = {"labels": [good, {"candid": FIRST + 2, "label": "real"} | change]}
        refused(ask("brita", "post", "/api/labelling/labels", body))
        assert progress(ask)["alerts"] == 0

    def test_one_alert_twice_in_a_request_is_refused(self, ask):
        good = {"candid": FIRST + 1, "label": "real"}
        refused(ask("brita", "post", "/api/labelling/labels", {"labels": [good, good]}))
        refused(ask("brita", "post", "/api/labelling/labels", {"labels": []}))

    def test_tasks_are_apart(self, ask):
        label(ask, "brita", 1, "sn", task="class")
        assert progress(ask)["alerts"] == 0
        assert data(ask("brita", "get", "/api/labelling/progress", task="class"))["alerts"] == 1
        refused(ask("brita", "get", "/api/labelling/progress", task="x"))


class TestFiles:
    @pytest.fixture(autouse=True)
    def labels(self, ask):
        label(ask, "brita", 1, "real", seconds=1.5, labellers=2)
        label(ask, "nuria", 1, "bogus")
        label(ask, "nuria", 5, "bogus", strategy="random")

    def test_csv_has_one_row_a_label_with_the_exact_ids(self, ask):
        answer = ask("nuria", "get", "/api/labelling/export")
        assert answer.mimetype == "text/csv"
        assert json.loads(answer.headers["X-Label-Counts"]) == {"real": 1, "bogus": 2}
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(r["candid"], r["labeller"], r["label"]) for r in rows] == [
            (str(FIRST + 1), "brita", "real"), (str(FIRST + 1), "nuria", "bogus"),
            (str(FIRST + 5), "nuria", "bogus"),
        ]  # fmt: skip
        assert [r["status"] for r in rows] == ["disputed", "disputed", "done"]
        assert [(r["alert_labels"], r["same_labels"]) for r in rows] == [
            ("2", "1"), ("2", "1"), ("1", "1"),
        ]  # fmt: skip

    def test_parquet_has_integers_and_the_counts(self, ask):
        answer = ask("nuria", "get", "/api/labelling/export", format="parquet")
        table = pq.read_table(io.BytesIO(answer.data))
        assert table.column("candid").to_pylist() == [FIRST + 1, FIRST + 1, FIRST + 5]
        assert json.loads(table.schema.metadata[b"fritz.counts"]) == {"real": 1, "bogus": 2}

    def test_labels_of_hidden_alerts_are_not_exported(self, ask):
        text = ask("brita", "get", "/api/labelling/export").text
        assert str(FIRST + 1) in text
        assert str(FIRST + 5) not in text
        refused(ask("brita", "get", "/api/labelling/export", format="xlsx"))
        refused(ask("brita", "get", "/api/labelling/export", task="x"))

    @pytest.mark.parametrize("kind", ["csv", "parquet"])
    def test_an_export_imported_again_changes_nothing(self, ask, kind):
        file = ask("admin", "get", "/api/labelling/export", format=kind).data
        answer = ask("admin", "post", "/api/labelling/import", file, format=kind)
        assert data(answer) == {"created": 0, "changed": 0, "unchanged": 3}

    def test_a_file_of_ids_and_labels_is_the_importer_s(self, ask):
        file = f"candid,label\n{FIRST + 2},real\n{FIRST + 3},bogus\n".encode()
        made = data(ask("brita", "post", "/api/labelling/import", file))
        assert made == {"created": 2, "changed": 0, "unchanged": 0}
        assert progress(ask)["labellers"] == {"brita": 3, "nuria": 2}
        assert progress(ask)["strategies"]["import"] == 2

    @pytest.mark.parametrize(
        ("rows", "status"),
        [
            (b"", 400), (b"candid\n5\n", 400), (b"candid,label\n", 400), (b"\xff\xfe", 400),
            (b"candid,label\n%d,sn\n" % (FIRST + 3), 400),
            (b"candid,label\n3.24725356e18,real\n", 400),
            (b"candid,label\n%d,real,extra\n" % (FIRST + 3), 400),
            (b"candid,label\n%d,real\n" % (FIRST + 2), 400),
            (b"candid,label\n%d,real\n" % FIRST, 404),
            (b"candid,label,labeller\n%d,real,nuria\n" % (FIRST + 3), 400),
            (b"candid,label,seconds\n%d,real,-5\n" % (FIRST + 3), 400),
            (b"candid,label,labelled_at\n%d,real,soon\n" % (FIRST + 3), 400),
        ],
    )  # fmt: skip
    def test_a_file_with_one_bad_row_changes_nothing(self, ask, rows, status):
        first, _, rest = rows.partition(b"\n")
        good = b"%d,real%s\n" % (FIRST + 2, b"," * (first.count(b",") - 1))
        file = first + b"\n" + good + rest if rest else rows
        before = progress(ask)
        refused(ask("brita", "post", "/api/labelling/import", file), status)
        assert progress(ask) == before

    def test_what_is_no_parquet_file_is_400(self, ask):
        refused(ask("brita", "post", "/api/labelling/import", b"PAR1x", format="parquet"))

    def test_an_administrator_imports_for_known_people_only(self, ask):
        file = b"candid,label,labeller\n%d,real,%s\n"
        path = "/api/labelling/import"
        data(ask("admin", "post", path, file % (FIRST + 3, b"vera")))
        assert progress(ask)["labellers"]["vera"] == 1
        refused(ask("admin", "post", path, file % (FIRST + 3, b"nobody")))
