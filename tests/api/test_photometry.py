"""Photometry over the API: cases 23 and 32 to 38 of the marshal's contract, and its routes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fritz.adapters.embedded import document_rows, documents, transactions
from fritz.services.instruments import survey_instrument
from tests.support.marshal_world import NOW

OBJ = "ZTF26aaaaaaa"
PATH = f"/api/sources/{OBJ}/photometry"


@pytest.fixture
def ask(client, world):
    """Send a request as a user by token; with ``acls`` as a token of theirs with these only."""

    def send(method, username, path, json=None, acls=(), **query):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        return client.open(
            path, method=method, json=json, headers=headers, query_string=query or None
        )

    return send


@pytest.fixture
def ztf(world):
    """The id of ZTF's camera."""
    return survey_instrument(world.documents, "ztf", NOW).id


@pytest.fixture
def source(ask):
    """An object that groups 2 and 6 have saved: brita, nuria and farid are in 2, vera in 6."""
    body = {"id": OBJ, "ra": 10.0, "dec": 20.0, "group_ids": [2, 6]}
    assert ask("POST", "admin", "/api/sources", body).status_code == 200


@pytest.fixture
def flux(ztf, source):
    return {"obj_id": OBJ, "mjd": 59000.5, "instrument_id": ztf, "filter": "ztfg", "magsys": "ab",
            "flux": 12.24, "fluxerr": 0.031, "zp": 25.0, "altdata": {"key": "value"}}  # fmt: skip


@pytest.fixture
def mag(flux):
    kept = {k: v for k, v in flux.items() if k not in {"flux", "fluxerr", "zp", "altdata"}}
    return kept | {"mag": 21.0, "magerr": 0.2}


def made(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]["ids"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error")
    return answer.json["message"]


def shown(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def seen_ids(ask, username):
    answer = ask("GET", username, PATH)
    return {row["id"] for row in answer.json["data"]} if answer.status_code == 200 else set()


@pytest.mark.case(32)
def test_a_flux_comes_back_as_ab_microjansky(ask, flux):
    (point_id,) = made(ask("POST", "brita", "/api/photometry", flux))
    row = shown(ask("GET", "brita", f"/api/photometry/{point_id}", format="flux"))
    assert row["flux"] == pytest.approx(12.24 * 10**-0.44, abs=1e-6)
    assert row["zp"] == 23.9
    assert (row["ra"], row["dec"], row["ra_unc"], row["dec_unc"]) == (None,) * 4
    assert row["altdata"] == {"key": "value"}
    assert (row["origin"], row["instrument_name"]) == ("None", "ZTF")


@pytest.mark.case(33)
def test_a_vega_magnitude_is_converted_and_comes_back(ask, mag):
    (point_id,) = made(ask("POST", "brita", "/api/photometry", mag | {"magsys": "vega"}))
    above = 0.0957753  # sncosmo: 2.5 log10(Vega's flux in ztfg / that of AB 0), see bandpasses.py
    row = shown(ask("GET", "brita", f"/api/photometry/{point_id}", format="both"))
    assert row["mag"] == pytest.approx(21.0 - above, abs=1e-6)
    assert row["flux"] == pytest.approx(10 ** (-0.4 * (21.0 - above - 23.9)), rel=1e-6)
    row = shown(ask("GET", "brita", f"/api/photometry/{point_id}", magsys="vega"))
    assert row["mag"] == pytest.approx(21.0, abs=1e-9)
    assert row["magerr"] == pytest.approx(0.2)


@pytest.mark.case(34)
def test_a_limit_is_a_non_detection(ask, mag):
    limit = mag | {"mag": None, "magerr": None, "limiting_mag": 22.3}
    (point_id,) = made(ask("POST", "brita", "/api/photometry", limit))
    row = shown(ask("GET", "brita", f"/api/photometry/{point_id}", format="both"))
    assert (row["flux"], row["mag"], row["snr"]) == (None, None, None)
    assert row["fluxerr"] == pytest.approx(10 ** (-0.4 * (22.3 - 23.9)) / 3)
    assert row["limiting_mag"] == pytest.approx(22.3)


@pytest.mark.case(34)
@pytest.mark.parametrize(
    "changed",
    [{"mag": None, "magerr": None}, {"magerr": None}, {"filter": "nofilter"}, {"mag": 1e999},
     {"filter": "sdssg"}, {"instrument_id": 999}, {"obj_id": "nowhere"}, {"stream_ids": [99]},
     {"group_ids": [99]}, {"group_ids": "some"}, {"mjd": "noon"}],
)  # fmt: skip
def test_what_cannot_be_photometry_is_refused_whole(ask, mag, changed):
    refused(ask("POST", "brita", "/api/photometry", mag | changed))
    assert shown(ask("GET", "brita", PATH)) == []


@pytest.mark.case(35)
def test_columns_become_rows_in_order(ask, flux):
    packet = flux | {"mjd": [3.0, 1.0, 2.0], "flux": [1.0, None, 3.0]}
    ids = made(ask("POST", "brita", "/api/photometry", packet))
    assert len(ids) == 3
    rows = {row["id"]: row for row in shown(ask("GET", "brita", PATH))}
    assert [rows[each]["mjd"] for each in ids] == [3.0, 1.0, 2.0]
    assert [row["mjd"] for row in rows.values()] == [1.0, 2.0, 3.0]


@pytest.mark.case(35)
def test_ten_thousand_rows_and_not_one_more(ask, flux):
    days = [50000 + n / 8 for n in range(10_001)]
    assert "10001 rows" in refused(ask("POST", "brita", "/api/photometry", flux | {"mjd": days}))
    ids = made(ask("POST", "brita", "/api/photometry", flux | {"mjd": days[:-1]}))
    assert len(set(ids)) == 10_000
    assert shown(ask("GET", "brita", f"/api/sources/{OBJ}/phot_stat"))["num_obs_global"] == 10_000


@pytest.mark.case(35)
def test_one_upload_of_many_objects_is_added_whole_or_not_at_all(ask, flux):
    names = [f"ZTF26{n:07}" for n in range(151)]
    for name in names:
        body = {"id": name, "ra": 10.0, "dec": 20.0, "group_ids": [2]}
        assert ask("POST", "admin", "/api/sources", body).status_code == 200
    assert "151 objects" in refused(
        ask("POST", "brita", "/api/photometry", flux | {"obj_id": names})
    )
    ids = made(ask("POST", "brita", "/api/photometry", flux | {"obj_id": names[:150]}))
    assert len(set(ids)) == 150
    fresh = flux | {"obj_id": [names[150], names[0]]}
    assert "duplicate" in refused(ask("POST", "brita", "/api/photometry", fresh))
    assert shown(ask("GET", "brita", f"/api/sources/{names[150]}/photometry")) == []


@pytest.mark.case(36)
def test_post_refuses_duplicates_and_put_merges_them(ask, flux):
    packet = flux | {"mjd": [1.0, 2.0]}
    first = made(ask("POST", "brita", "/api/photometry", packet))
    assert "duplicate" in refused(
        ask("POST", "brita", "/api/photometry", packet | {"mjd": [2.0, 3.0]})
    )
    assert len(shown(ask("GET", "brita", PATH))) == 2
    assert made(ask("PUT", "brita", "/api/photometry", packet)) == first
    other = made(ask("PUT", "brita", "/api/photometry", packet | {"origin": ["None", "bts"]}))
    assert other[0] == first[0]
    assert other[1] not in first
    assert seen_ids(ask, "farid") == set()
    assert made(ask("PUT", "brita", "/api/photometry", packet | {"group_ids": [2]})) == first
    assert seen_ids(ask, "farid") == set(first)
    assert seen_ids(ask, "vera") == set()


@pytest.mark.case(36)
def test_a_row_twice_in_one_upload(ask, flux):
    twice = flux | {"mjd": [1.0, 1.0]}
    refused(ask("POST", "brita", "/api/photometry", twice))
    one, two = made(ask("PUT", "brita", "/api/photometry", twice))
    assert one == two


@pytest.mark.case(36)
def test_filters_at_one_moment_are_two_points(ask, flux):
    assert len(set(made(ask("POST", "brita", "/api/photometry",
                            flux | {"filter": ["ztfg", "ztfr"]})))) == 2  # fmt: skip


@pytest.mark.case(37)
def test_without_groups_only_the_owner_sees(ask, flux):
    (hidden,) = made(ask("POST", "brita", "/api/photometry", flux))
    assert seen_ids(ask, "brita") == seen_ids(ask, "admin") == {hidden}
    assert seen_ids(ask, "farid") == seen_ids(ask, "vera") == set()
    for_all = flux | {"mjd": 5.0, "group_ids": "all"}
    (open_,) = made(ask("POST", "brita", "/api/photometry", for_all))
    assert seen_ids(ask, "farid") == seen_ids(ask, "vera") == {open_}
    row = next(r for r in shown(ask("GET", "brita", PATH)) if r["id"] == open_)
    assert [each["name"] for each in row["groups"]] == ["Sitewide Group", "brita"]


@pytest.mark.case(37)
def test_of_identical_posts_at_once_one_counts(app, world, flux):
    packet = flux | {"mjd": [float(n) for n in range(1, 21)], "group_ids": [2]}
    headers = {"Authorization": f"token {world.token('brita')}"}

    def post(_):
        return app.test_client().post("/api/photometry", json=packet, headers=headers).status_code

    with ThreadPoolExecutor(6) as threads:
        statuses = sorted(threads.map(post, range(6)))
    assert statuses == [200] + [400] * 5
    client = app.test_client()
    assert len(client.get(PATH, headers=headers).json["data"]) == 20
    stat = client.get(f"/api/sources/{OBJ}/phot_stat", headers=headers).json["data"]
    assert (stat["num_obs_global"], stat["num_det_global"]) == (20, 20)


@pytest.mark.case(38)
def test_who_may_change_a_point(ask, flux):
    (point_id,) = made(ask("POST", "brita", "/api/photometry", flux | {"group_ids": [2]}))
    path, new = f"/api/photometry/{point_id}", flux | {"flux": 20.0}
    refused(ask("PATCH", "brita", path, new, acls=["Comment"]), 401)
    refused(ask("DELETE", "brita", path, acls=["Comment"]), 401)
    refused(ask("PATCH", "farid", path, new))
    refused(ask("DELETE", "farid", path))
    row = shown(ask("GET", "brita", path, format="flux"))
    assert row["flux"] == pytest.approx(12.24 * 10**-0.44)
    assert ask("PATCH", "brita", path, new).status_code == 200
    row = shown(ask("GET", "farid", path, format="flux"))
    assert row["flux"] == pytest.approx(20.0 * 10**-0.44)
    assert ask("DELETE", "brita", path).status_code == 200
    assert str(point_id) in refused(ask("GET", "brita", path))


@pytest.mark.case(38)
def test_an_administrator_may_change_any_point(ask, flux):
    (point_id,) = made(ask("POST", "brita", "/api/photometry", flux))
    assert ask("DELETE", "admin", f"/api/photometry/{point_id}").status_code == 200
    assert seen_ids(ask, "brita") == set()


@pytest.mark.case(38)
def test_bulk_delete_removes_exactly_one_upload(ask, flux):
    first = ask("POST", "admin", "/api/photometry", flux | {"mjd": [1.0, 2.0], "group_ids": [2]})
    second = made(ask("POST", "admin", "/api/photometry", flux | {"mjd": [3.0], "group_ids": [2]}))
    path = f"/api/photometry/bulk_delete/{first.json['data']['upload_id']}"
    refused(ask("DELETE", "brita", path), 401)
    assert ask("DELETE", "admin", path).status_code == 200
    assert seen_ids(ask, "brita") == set(second)
    stat = shown(ask("GET", "brita", f"/api/sources/{OBJ}/phot_stat"))
    assert (stat["num_obs_global"], stat["first_detected_mjd"]) == (1, 3.0)
    refused(ask("DELETE", "admin", path))


@pytest.mark.case(38)
def test_a_stream_is_its_holders_and_a_group_alone_does_not_hold_it(ask, flux):
    (point_id,) = made(ask("POST", "admin", "/api/photometry", flux | {"stream_ids": [2]}))
    assert seen_ids(ask, "vera") == seen_ids(ask, "nuria") == {point_id}
    assert seen_ids(ask, "brita") == set()
    assert "no photometry" in refused(ask("GET", "brita", f"/api/photometry/{point_id}"))


@pytest.mark.case(23)
def test_photometry_of_other_groups_shows_nowhere(ask, flux):
    packet = flux | {"group_ids": [6]}
    made(ask("POST", "vera", "/api/photometry", packet))
    stat = shown(ask("GET", "brita", f"/api/sources/{OBJ}/phot_stat"))
    assert (stat["num_obs_global"], stat["peak_mag_global"]) == (0, None)
    assert shown(ask("GET", "brita", PATH)) == []
    assert shown(ask("GET", "brita", "/api/photometry/range")) == []
    assert shown(ask("GET", "brita", "/api/photometry/origins")) == []


def test_points_may_be_posted_to_groups_of_others(ask, flux):
    (point_id,) = made(ask("POST", "brita", "/api/photometry", flux | {"group_ids": [6]}))
    assert seen_ids(ask, "vera") == {point_id}


def test_formats_and_what_stands_beside(ask, flux):
    packet = flux | {"group_ids": [2], "stream_ids": [1], "mjd": [1.0, 2.0]}
    made(ask("POST", "brita", "/api/photometry", packet))
    row = shown(ask("GET", "brita", PATH))[0]
    assert "flux" not in row
    assert {"mag", "magerr", "limiting_mag", "magsys"} <= row.keys()
    both = shown(ask("GET", "brita", PATH, format="both"))[0]
    assert both["mag"] == row["mag"]
    assert both["zp"] == 23.9
    full = shown(ask("GET", "brita", PATH, includeOwnerInfo="true", includeStreamInfo="true"))[0]
    assert full["owner"]["username"] == "brita"
    assert [each["id"] for each in full["streams"]] == [1]
    assert [each["id"] for each in full["groups"]] == [2, 12]
    refused(ask("GET", "brita", PATH, format="wrong"))
    refused(ask("GET", "brita", PATH, magsys="wrong"))
    assert shown(ask("GET", "brita", PATH, individualOrSeries="series")) == []


def test_duplicates_of_an_epoch_are_left_out_on_demand(ask, flux):
    made(ask("POST", "brita", "/api/photometry", flux))
    (newer,) = made(ask("PUT", "brita", "/api/photometry", flux | {"origin": "bts"}))
    assert len(shown(ask("GET", "brita", PATH))) == 2
    kept = shown(ask("GET", "brita", PATH, deduplicatePhotometry="true"))
    assert [row["id"] for row in kept] == [newer]


def test_brokers_overwrite_what_they_measure_anew(ask, flux):
    (point_id,) = made(ask("PUT", "admin", "/api/photometry", flux | {"group_ids": [2]}))
    query = {"duplicate_ignore_flux": "true", "overwrite_flux": "true"}
    again = flux | {"flux": 30.0, "group_ids": [2]}
    assert made(ask("PUT", "admin", "/api/photometry", again, **query)) == [point_id]
    row = shown(ask("GET", "brita", f"/api/photometry/{point_id}", format="flux"))
    assert row["flux"] == pytest.approx(30.0 * 10**-0.44)
    refused(ask("PUT", "brita", "/api/photometry", again, **query), 401)


def test_range_by_time_and_instrument(ask, flux, ztf):
    made(ask("POST", "brita", "/api/photometry", flux | {"mjd": [59000.0, 59010.0, 59020.0]}))
    asked = {"min_date": "2020-06-05", "max_date": "2020-06-15"}
    rows = shown(ask("GET", "brita", "/api/photometry/range", instrument_ids=str(ztf), **asked))
    assert [row["mjd"] for row in rows] == [59010.0]
    body = {"instrument_ids": [ztf], **asked}
    assert shown(ask("GET", "brita", "/api/photometry/range", body)) == rows
    assert shown(ask("GET", "brita", "/api/photometry/range", instrument_ids="77")) == []
    refused(ask("GET", "brita", "/api/photometry/range", min_date="2021-01-01",
                max_date="2020-01-01"))  # fmt: skip


def test_origins_of_what_is_visible(ask, flux):
    made(ask("POST", "brita", "/api/photometry", flux | {"origin": "bts", "group_ids": [2]}))
    made(ask("POST", "vera", "/api/photometry", flux | {"origin": "secret"}))
    assert shown(ask("GET", "farid", "/api/photometry/origins")) == ["bts"]


def test_all_of_an_object_is_removed_by_who_may(ask, flux):
    made(ask("POST", "brita", "/api/photometry", flux | {"group_ids": [2]}))
    refused(ask("DELETE", "brita", PATH), 401)
    assert "1 photometry" in shown(ask("DELETE", "admin", PATH))
    assert seen_ids(ask, "brita") == set()


def test_unknown_and_hidden_objects_answer_alike(ask, flux):
    made(ask("POST", "admin", "/api/photometry", flux | {"obj_id": OBJ}))
    hidden = ask("POST", "admin", "/api/sources",
                 {"id": "ZTF26hidden", "ra": 1, "dec": 2, "group_ids": [6]})  # fmt: skip
    assert hidden.status_code == 200
    one = ask("GET", "brita", "/api/sources/ZTF26hidden/photometry")
    two = ask("GET", "brita", "/api/sources/ZTF26nothing/photometry")
    assert one.status_code == two.status_code == 404
    assert one.json == two.json


def test_reading_and_putting_take_few_documents(client, flux, world, monkeypatch):
    packet = flux | {"group_ids": [2]}
    headers = {"Authorization": f"token {world.token('brita')}"}
    standing = packet | {"mjd": [float(n) for n in range(1000)]}
    made(client.put("/api/photometry", json=standing, headers=headers))
    counted = {"read": 0, "written": 0}
    _count(monkeypatch, counted)
    assert len(shown(client.get(PATH, headers=headers))) == 1000
    assert (
        counted["read"] <= 12
    )  # head and chunk; the rest says who asks and what groups are called
    counted.update(read=0, written=0)
    more = packet | {"mjd": [float(n) for n in range(950, 1050)]}
    made(client.put("/api/photometry", json=more, headers=headers))
    assert counted["read"] <= 18
    assert counted["written"] == 4  # head, chunk, upload, and the event of it in the feed


def _count(monkeypatch, counted):
    def reading(*arguments):
        found = document_rows.read(*arguments)
        counted["read"] += len(found)
        return found

    def matching(*arguments):
        found = document_rows.matching(*arguments)
        counted["read"] += len(found)
        return found

    def applying(connection, writes):
        counted["written"] += len(writes)
        document_rows.apply(connection, writes)

    for module in (documents, transactions):
        monkeypatch.setattr(module, "read", reading)
        monkeypatch.setattr(module, "matching", matching)
        monkeypatch.setattr(module, "apply", applying)


def test_a_point_is_annotated_by_who_sees_it_for_who_may_read_that(ask, flux):
    (point_id,) = made(ask("POST", "brita", "/api/photometry", flux | {"group_ids": [2, 6]}))
    (own,) = made(ask("POST", "brita", "/api/photometry", flux | {"mjd": 59001.5}))
    told = {"origin": "vetting", "data": {"real": True}, "group_ids": [2]}
    on = f"/api/photometry/{point_id}/annotations"
    number = shown(ask("POST", "brita", on, told))["annotation_id"]
    assert shown(ask("GET", "farid", f"{on}/{number}"))["photometry_id"] == point_id
    refused(ask("GET", "vera", f"{on}/{number}"), 403)
    assert shown(ask("GET", "vera", on)) == []
    for unseen in (own, own + 7, 1):
        refused(ask("POST", "vera", f"/api/photometry/{unseen}/annotations", told), 404)
    for who, noted in (("farid", [number]), ("vera", [])):
        (row,) = shown(ask("GET", who, PATH, includeAnnotationInfo="true"))
        assert [each["id"] for each in row["annotations"]] == noted
    assert shown(ask("GET", "farid", f"/api/sources/{OBJ}/annotations")) == []
