import pyarrow as pa
import pytest

from fritz.catalogs.library import catalog
from fritz.catalogs.mapping import mapped
from fritz.ports import Query
from fritz.services.catalog_store import CatalogStore, LoadReport
from tests.api.acceptance.conftest import G1, G2, call, ok, refused, saved, tokens
from tests.support.marshal_world import NOW

__all__ = ["call", "ok", "refused", "saved", "tokens"]


@pytest.fixture
def classified(ok, saved):
    """Return a source that is classified for everybody."""
    name = saved(groups=[G1])
    tree = {"class": "Transient", "subclasses": [{"class": "Ia"}]}
    taxonomy = ok(
        "admin", "POST", "/api/taxonomy",
        {"name": "T", "version": "1", "hierarchy": tree, "group_ids": [1]},
    )["taxonomy_id"]  # fmt: skip
    ok(
        "admin", "POST", "/api/classification",
        {"obj_id": name, "classification": "Ia", "taxonomy_id": taxonomy, "group_ids": [1]},
    )  # fmt: skip
    return name


def test_news_and_recent_sources_are_what_one_sees(ok, saved, classified):
    other = saved(groups=[G2], who="brita")
    assert {(n["type"], n["source_id"]) for n in ok("nuria", "GET", "/api/newsfeed")} == {
        ("source", classified), ("classification", classified),
    }  # fmt: skip
    news = ok("brita", "GET", "/api/newsfeed", numItems=2)
    assert len(news) == 2
    assert ok("vera", "GET", "/api/newsfeed") == []
    recent = ok("brita", "GET", "/api/internal/recent_sources")
    assert {row["obj_id"] for row in recent} == {classified, other}
    (mine,) = ok("nuria", "GET", "/api/internal/recent_sources")
    assert [each["classification"] for each in mine["classifications"]] == ["Ia"]


def test_savers_and_counts_are_of_ones_groups(ok, saved):
    for who, groups in (("admin", [G1, G2]), ("admin", [G1]), ("brita", [G2])):
        saved(groups=groups, who=who)
    assert ok("nuria", "GET", "/api/internal/source_counts") == {"count": 2, "sinceDaysAgo": 7.0}
    assert ok("brita", "GET", "/api/internal/source_counts", sinceDaysAgo=1)["count"] == 4
    savers = ok("brita", "GET", "/api/internal/source_savers")
    assert [(row["author"]["username"], row["saves"]) for row in savers] == [
        ("admin", 2), ("brita", 1),
    ]  # fmt: skip


def test_statistics_are_for_administrators(ok, refused, saved):
    saved(groups=[G1, G2])
    assert ok("admin", "GET", "/api/db_stats")["Number of sources"] == 2
    refused(401, "nuria", "GET", "/api/db_stats")


def test_offsets_name_the_target(ok, refused, saved):
    name = saved(ra=150.0, dec=-2.5)
    found = ok("nuria", "GET", f"/api/sources/{name}/offsets", facility="P200")
    assert found["starlist_str"] == f"{name:<20}10 00 00.00 -02 30 00.0 2000.0 ! source"
    assert found["starlist_info"][0]["str"] == found["starlist_str"]
    assert (found["noffsets"], found["gaia_available"]) == (0, False)
    refused(400, "nuria", "GET", f"/api/sources/{name}/offsets", facility="Hubble")
    refused(404, "vera", "GET", f"/api/sources/{name}/offsets")


def test_offsets_lead_from_stars_of_gaia_to_the_target(world, ok, saved):
    name = saved(ra=150.0, dec=60.0)
    stars = {
        "id": [1, 2, 3, 4],
        "ra": [150.0, 150.0 + 40 / 3600, 150.0, 150.0],
        "dec": [60.0 - 30 / 3600, 60.0, 60.0 + 40 / 3600, 60.0 + 1 / 3600],
        "phot_g_mean_mag": [15.0, 14.0, 19.5, 15.0],
    }
    rows = mapped(catalog("Gaia_DR3"), pa.table(stars)).rows
    world.warehouse.append("catalog_Gaia_DR3", rows.to_pylist())
    CatalogStore(world.documents).loaded(LoadReport("Gaia_DR3"), NOW)
    found = ok("nuria", "GET", f"/api/sources/{name}/offsets")
    assert (found["noffsets"], found["gaia_available"]) == (2, True)
    target, west, north = found["starlist_info"]
    assert target["name"] == name
    assert (west["dras"], west["ddecs"], west["mag"]) == ('20.00" W', '0.00" N', 14.0)
    assert west["pa"] == pytest.approx(270.0, abs=0.01)
    assert (north["dras"], north["ddecs"]) == ('0.00" E', '30.00" N')
    assert north["pa"] == pytest.approx(0.0, abs=1e-6)
    assert "raoffset=0.00 decoffset=30.00" in north["str"]
    assert found["starlist_str"].splitlines() == [row["str"] for row in found["starlist_info"]]
    one = ok("nuria", "GET", f"/api/sources/{name}/offsets", num_offset_stars=1, facility="Shane")
    assert [row["mag"] for row in one["starlist_info"]] == [None, 14.0]


def test_object_is_removed_once_nothing_hangs_on_it(ok, refused, saved, classified):
    refused(401, "nuria", "DELETE", f"/api/objs/{classified}")
    assert "classifications" in refused(400, "admin", "DELETE", f"/api/objs/{classified}")
    name = saved()
    ok("nuria", "POST", "/api/listing", {"obj_id": name, "list_name": "favorites"})
    ok("admin", "DELETE", f"/api/objs/{name}")
    refused(404, "admin", "GET", f"/api/sources/{name}")
    assert ok("nuria", "GET", "/api/listing") == []
    assert ok("nuria", "GET", "/api/sources")["totalMatches"] == 1


def test_saves_are_told_in_the_feed_to_the_group_alone(world, saved):
    name = saved(groups=[G1])
    (row,) = world.documents.query(Query("events"))
    assert (row.data["kind"], row.data["obj_id"]) == ("SourceSaved", name)
    assert row.data["principals"] == [f"g:{G1}"]


def test_source_shows_comments_and_pictures_where_asked(ok, saved):
    name = saved()
    ok("nuria", "POST", f"/api/sources/{name}/comments", {"text": "hot", "group_ids": [G1]})
    plain = ok("nuria", "GET", f"/api/sources/{name}")
    assert "comments" not in plain
    assert "thumbnails" not in plain
    asked = {"includeComments": "true", "includeThumbnails": "true", "includeCommentExists": "true"}
    for row in (
        ok("nuria", "GET", f"/api/sources/{name}", **asked),
        ok("nuria", "GET", "/api/sources", **asked)["sources"][0],
    ):
        assert [each["text"] for each in row["comments"]] == ["hot"]
        assert row["thumbnails"] == []
        assert row["comment_exists"] is True


def test_sources_that_are_looked_at_most_come_first_as_far_as_they_are_seen(
    ok, refused, saved, world
):
    one, two, hidden = saved(groups=[G1, G2]), saved(groups=[G1, G2]), saved(groups=[G2])
    for who in ("nuria", "brita", "brita"):
        ok(who, "GET", f"/api/sources/{two}")
    for name in (one, hidden):
        ok("brita", "POST", f"/api/internal/source_views/{name}")
    refused(404, "nuria", "POST", f"/api/internal/source_views/{hidden}")

    def most(who, **query):
        rows = ok(who, "GET", "/api/internal/source_views", **query)
        return [(row["obj_id"], row["views"]) for row in rows]

    assert most("brita") == [(two, 2), (one, 1), (hidden, 1)]
    assert most("nuria") == [(two, 2), (one, 1)]
    assert most("nuria", maxNumSources=1) == [(two, 2)]
    earlier = {"obj_id": one, "day": "2026-11-20", "views": 3}
    world.set("source_views", f"20261120-{one}", earlier)
    assert most("nuria", sinceDaysAgo=1) == [(two, 2), (one, 1)]
    assert most("nuria", sinceDaysAgo=3) == [(one, 4), (two, 2)]
    refused(400, "nuria", "GET", "/api/internal/source_views", sinceDaysAgo=32)
