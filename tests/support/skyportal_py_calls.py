"""What the typed client `skyportal_py` can call of a marshal, and one call of each, in order."""

import ast
import base64
import importlib
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import skyportal_py
from skyportal_py import (
    allocations,
    candidates,
    classifications,
    filters,
    groups,
    instruments,
    invitations,
    listings,
    photometry,
    public_pages,
    source_groups,
    sources,
    spectra,
    taxonomies,
    telescopes,
    thumbnails,
    users,
)
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from fritz.alerts.stamp_images import stamp_png

METHODS = {"get", "post", "put", "patch", "delete", "head"}
OBJ, NEW = "ZTF26aaaaaaa", "ZTF26newnewn"
PNG = base64.b64encode(stamp_png(np.arange(256, dtype=np.float32).reshape(16, 16))).decode()
TREE = {"class": "Time-domain Source", "subclasses": [{"class": "Supernova"}]}


@cache
def known():
    """Return every endpoint function of the client: name to (module, method, path)."""
    found = {}
    for path in sorted(Path(skyportal_py.__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and (asked := _request(node)):
                found[node.name] = (path.stem, *asked)
    return found


def _request(function):
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "client"
        ):
            method, url = node.func.attr, node.args[0]
            if method == "request":
                method, url = node.args[0].value.lower(), node.args[1]
            if method in METHODS:
                return method.upper(), _path(url)
    return None


def _path(url):
    if isinstance(url, ast.Constant):
        return url.value
    if isinstance(url, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in url.values)
        return "".join(parts)
    return ""


def served(app):
    """Return the names of those functions whose route the app has."""
    adapter, found = app.url_map.bind("localhost"), set()
    for name, (_, method, path) in known().items():
        probe = re.sub(r"^/api/\{\}/\{\}/(comments|annotations)", r"/api/sources/x/\1", path)
        try:
            _, parts = adapter.match(probe.replace("{}", "1"), method=method)
        except (HTTPException, RequestRedirect):
            continue
        if set(parts.values()) <= {"1", 1, "x", "sources"}:  # no word of the path is a name here
            found.add(name)
    return found


def function(name):
    """Return the client's function of a name."""
    return getattr(importlib.import_module(f"skyportal_py.{known()[name][0]}"), name)


def calls():
    """Yield (name, arguments, keyword arguments, what to remember of the answer), in order.

    Arguments may be functions of what was remembered, named ones, too.
    """
    yield from _system()
    yield from _people()
    yield from _groups()
    yield from _filters()
    yield from _objects()
    yield from _reports()
    yield from _tags()
    yield from _facilities()
    yield from _photometry()
    yield from _spectra()
    yield from _classes()
    yield from _discussion()
    yield from _removal()


def call(name, /, *arguments, keep=None, **named):
    return SimpleNamespace(name=name, arguments=arguments, named=named, keep=keep)


def kept(key):
    return lambda memory: memory[key]


def _system():
    yield call("fetch_sysinfo")
    yield call("fetch_config")
    yield call("fetch_db_stats")
    yield call("fetch_profile")
    yield call("fetch_acls")
    yield call("fetch_roles")


def _people():
    yield call(
        "post_user", users.UserPost(username="newcomer@fritz.invalid"),
        keep=("user", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_users")
    yield call("fetch_user", kept("user"))
    yield call("update_user", kept("user"), expiration_date="2030-01-01")
    yield call("post_user_acl", kept("user"), ["Comment"])
    yield call("delete_user_acl", kept("user"), "Comment")
    yield call("post_user_role", kept("user"), ["Group admin"])
    yield call("delete_user_role", kept("user"), "Group admin")
    yield call(
        "post_token", "script", ["Upload data"], keep=("token", lambda answer: answer.token_id)
    )
    yield call(
        "fetch_tokens",
        keep=("token_id", lambda found: next(each.id for each in found if each.name == "script")),
    )
    yield call("fetch_token", kept("token_id"))
    yield call("update_token", kept("token_id"), name="renamed")
    yield call("delete_token", kept("token_id"))
    yield call(
        "post_stream", "New stream", altdata={"collection": "ZTF_alerts", "selector": [1]},
        keep=("stream", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_streams")
    yield call("fetch_stream", kept("stream"))
    yield call("update_stream", kept("stream"), "Renamed stream")
    yield call("post_stream_user", kept("stream"), kept("user"))
    yield call("delete_stream_user", kept("stream"), kept("user"))


def _groups():
    yield call(
        "post_group", groups.GroupPost(name="New group", group_admins=[1]),
        keep=("group", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_groups")
    yield call("fetch_groups_by_name", "New group")
    yield call("fetch_public_group")
    yield call("fetch_group", kept("group"))
    yield call("update_group", kept("group"), "Renamed group")
    yield call("post_group_user", kept("group"), kept("user"))
    yield call("update_group_user", kept("group"), kept("user"), can_save=True)
    yield call("delete_group_user", kept("group"), kept("user"))
    yield call("post_group_users_from_groups", kept("group"), [2])
    yield call("post_group_stream", kept("group"), 1)
    yield call("post_group_admission_request", 6, 2, keep=("admission", lambda answer: answer.id))
    yield call("fetch_group_admission_requests")
    yield call("fetch_group_admission_request", kept("admission"))
    yield call("update_group_admission_request", kept("admission"), "declined")
    yield call("delete_group_admission_request", kept("admission"))
    yield call(
        "post_invitation",
        invitations.InvitationPost(
            user_email="guest@fritz.invalid", group_ids=[2], role="Full user", group_admin=[False],
            can_save=[True],
        ),
        keep=("invitation", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_invitations")
    yield call("update_invitation", kept("invitation"), role="View only")
    yield call("delete_invitation", kept("invitation"))


def _filters():
    yield call(
        "post_filter", filters.FilterPost(name="New filter", group_id=2, stream_id=1),
        keep=("filter", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_filters")
    yield call("fetch_filter", kept("filter"))
    yield call("update_filter", kept("filter"), filters.FilterPatch(name="Renamed filter"))
    yield call("fetch_brokers")
    yield call("fetch_broker", 1)
    yield call("fetch_broker_filter_catalog")
    yield call("fetch_broker_filters", 1)
    yield call(
        "post_filter", filters.FilterPost(name="With a pipeline", group_id=2, stream_id=1),
        keep=("piped", lambda answer: answer.id),
    )  # fmt: skip
    pipeline = [{"$match": {"candidate.drb": {"$gt": 0.9}}}]
    yield call("post_broker_filter", 1, kept("piped"), altdata=pipeline)
    yield call("fetch_broker_filter", 1, kept("piped"))
    yield call("post_broker_filter_validation", 1, kept("piped"))
    yield call("post_broker_filter_test", 1, {"pipeline": [{"$match": {"candidate.rb": 1}}]})
    yield call("update_broker_filter", 1, kept("piped"), auto_annotate=True)
    yield call("fetch_broker_alerts", 1, object_id=OBJ)
    yield call("fetch_broker_alert", 1, OBJ)
    yield call("fetch_broker_cutouts", 1, OBJ)
    yield call("fetch_broker_photometry", 1, OBJ)
    yield call("fetch_broker_survey_photometry", OBJ, survey="ZTF")
    yield call("post_broker_alert_save", 1, OBJ, [2])
    yield call("fetch_broker_cone_search", 1, ra=150.0, dec=20.0, radius=2.0)
    yield call("delete_broker_filter", 1, kept("piped"))


def _objects():
    def passed(memory):
        return candidates.CandidatePost(
            id=NEW,
            ra=12.5,
            dec=-3.25,
            filter_ids=[memory["filter"]],
            passed_at="2026-11-23T05:00:00",
        )

    yield call("post_candidate", passed)
    yield call("fetch_candidates")
    yield call("fetch_candidates_filter", start_date="2026-11-20", end_date="2026-11-30")
    yield call("fetch_candidate", NEW)
    yield call("candidate_exists", NEW)
    yield call("post_source", sources.SourcePost(id=NEW, ra=12.5, dec=-3.25, group_ids=[2]))
    yield call("fetch_sources")
    yield call("fetch_sources_save_summary")
    yield call("fetch_source", NEW, include_thumbnails=True, include_comments=True)
    yield call("source_exists", NEW)
    yield call("update_source", NEW, redshift=0.03)
    yield call("fetch_source_saved_groups", NEW)
    yield call("fetch_source_color_mag", NEW)
    yield call("fetch_source_offsets", NEW)
    yield call("post_source_labels", NEW, [2])
    yield call("delete_source_labels", NEW, [2])
    yield call(
        "post_source_groups", source_groups.SourceGroupsPost(obj_id=NEW, invite_group_ids=[5])
    )
    yield call("update_source_group", NEW, 5, active=True, requested=False)
    note = sources.SourceNotificationPost(source_id=NEW, group_ids=[2], level="soft")
    yield call("post_source_notification", note)
    yield call(
        "post_listing", listings.ListingPost(obj_id=NEW, list_name="favorites"),
        keep=("listing", lambda answer: answer.id),
    )  # fmt: skip
    yield call("update_listing", kept("listing"), list_name="later")
    yield call("delete_listing", kept("listing"))
    yield call("post_listing", listings.ListingPost(obj_id=NEW, list_name="favorites"))
    yield call("delete_listing_by_name", NEW, "favorites")
    yield call("fetch_news_feed")
    release = public_pages.PublicReleasePost(name="Data release 1", link_name="dr1", group_ids=[2])
    yield call("post_public_release", release, keep=("release", lambda answer: answer.id))
    yield call("fetch_public_releases")
    changed = public_pages.PublicReleaseUpdate(name="Data release 1a", group_ids=[2])
    yield call("update_public_release", kept("release"), changed)
    yield call(
        "post_public_source_page", NEW, {"include_photometry": True}, release_id=kept("release"),
        keep=("page", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_public_source_pages", NEW)
    yield call("delete_public_source_page", kept("page"))
    yield call("delete_public_release", kept("release"))


def _reports():
    lately = candidates.ScanReportPost(
        group_ids=[2], passed_filters_window_hours=48, saved_candidates_window_hours=48
    )
    yield call("post_scan_report", lately)
    yield call("fetch_scan_reports", keep=("report", lambda answer: answer.reports[0].id))
    yield call(
        "fetch_scan_report_items", kept("report"), keep=("item", lambda answer: answer[0].id)
    )
    yield call("update_scan_report_item", kept("report"), kept("item"), comment="young")


def _tags():
    yield call("post_obj_tag_option", "Nuclear", keep=("tag", lambda answer: answer.id))
    yield call("fetch_obj_tag_options")
    yield call("update_obj_tag_option", kept("tag"), "Nuclei", color="#3a87ad")
    yield call("post_obj_tag", NEW, kept("tag"), keep=("tagged", lambda answer: answer.id))
    yield call("fetch_obj_tags", obj_id=NEW)
    yield call("fetch_source", NEW)
    yield call("fetch_candidates")
    yield call("delete_obj_tag_option", kept("tag"), refused="is on objects")
    yield call("delete_obj_tag", kept("tagged"), group_ids=[1])
    yield call("delete_obj_tag_option", kept("tag"))


def _facilities():
    yield call(
        "post_telescope",
        telescopes.TelescopePost(
            name="Palomar 48-inch", nickname="P48", diameter=1.2, lat=33.36, lon=-116.86,
            elevation=1700.0, robotic=True,
        ),
        keep=("telescope", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_telescopes")
    yield call("fetch_telescope", kept("telescope"))
    yield call("update_telescope", kept("telescope"), telescopes.TelescopePut(diameter=1.22))

    def camera(memory):
        return instruments.InstrumentPost(
            name="ZTF camera", type="imager", telescope_id=memory["telescope"],
            filters=["ztfg", "ztfr", "ztfi"],
        )  # fmt: skip

    yield call("post_instrument", camera, keep=("instrument", lambda answer: answer.id))
    yield call("fetch_instruments")
    yield call("fetch_instrument", kept("instrument"))
    yield call("update_instrument", kept("instrument"), instruments.InstrumentPut(band="optical"))
    yield call("update_instrument_status", kept("instrument"), status={"open": True})

    def hours(memory):
        return allocations.AllocationPost(
            instrument_id=memory["instrument"], group_id=2, hours_allocated=10.0, pi="Ada",
            altdata={"token": "hidden"},
        )  # fmt: skip

    yield call("post_allocation", hours, keep=("allocation", lambda answer: answer.id))
    yield call("fetch_allocations")
    yield call("fetch_allocation", kept("allocation"))
    yield call(
        "update_allocation", kept("allocation"), allocations.AllocationUpdate(hours_allocated=12.0)
    )
    yield call("delete_allocation", kept("allocation"))


def _photometry():
    def points(memory):
        return photometry.PhotometryPost(
            obj_id=NEW, mjd=[61000.1, 61001.1], instrument_id=memory["instrument"], filter="ztfr",
            magsys="ab", mag=[18.0, 18.5], magerr=[0.1, 0.1], limiting_mag=[20.5, 20.5],
            group_ids=[2],
        )  # fmt: skip

    yield call("post_photometry", points, keep=("upload", lambda answer: answer))
    yield call("upsert_photometry", points)
    first = lambda memory: memory["upload"].ids[0]  # noqa: E731 - an argument
    yield call("fetch_photometry_point", first)
    yield call("fetch_photometry", NEW)
    yield call("fetch_photometry", NEW, format="flux", include_owner_info=True)
    yield call("fetch_source_phot_stat", NEW)
    yield call("fetch_obj_position", NEW)
    yield call("fetch_photometry_origins", refused="")
    yield call(
        "fetch_photometry_range", min_date="2025-01-01T00:00:00", max_date="2026-12-31T00:00:00"
    )

    def brighter(memory):
        return photometry.PhotometryUpdate(
            obj_id=NEW, mjd=61000.1, instrument_id=memory["instrument"], filter="ztfr", magsys="ab",
            mag=17.5, magerr=0.1, limiting_mag=20.5,
        )  # fmt: skip

    yield call("update_photometry", first, brighter)
    yield call("post_sharing", [5], photometry_ids=lambda memory: [memory["upload"].ids[0]])
    yield call("delete_photometry", first)
    yield call("bulk_delete_photometry", lambda memory: memory["upload"].upload_id)
    yield call("post_photometry", points)
    yield call("delete_source_photometry", NEW)


def _spectra():
    def spectrum(memory):
        return spectra.SpectrumPost(
            obj_id=NEW, instrument_id=memory["instrument"], observed_at="2026-11-20T04:00:00",
            wavelengths=[4000.0, 5000.0, 6000.0], fluxes=[1.0, 2.0, 1.5], group_ids=[2],
        )  # fmt: skip

    yield call("post_spectrum", spectrum, keep=("spectrum", lambda answer: answer.id))
    text = "4000 1.0\n5000 2.0\n6000 1.5\n"
    yield call("parse_spectrum_ascii", spectra.SpectrumAsciiParse(ascii=text))

    def file(memory):
        return spectra.SpectrumAsciiPost(
            ascii=text, obj_id=NEW, instrument_id=memory["instrument"], filename="spectrum.txt",
            observed_at="2026-11-21T04:00:00", group_ids=[2],
        )  # fmt: skip

    yield call("post_spectrum_ascii", file)
    yield call("fetch_spectra", NEW)
    yield call("fetch_spectra_query", obj_id=NEW)
    yield call("post_comment", kept("spectrum"), "broad lines", resource_type="spectra")
    yield call("post_annotation", kept("spectrum"), "snid", {"z": 0.1}, resource_type="spectra")
    yield call("fetch_spectrum", kept("spectrum"))
    yield call("fetch_spectra_range", min_date="2026-11-01", max_date="2026-12-01")
    yield call("update_spectrum", kept("spectrum"), spectra.SpectrumUpdate(label="peak"))
    yield call("delete_spectrum", kept("spectrum"))
    yield call("delete_instrument", kept("instrument"), refused="has ")
    yield call("delete_telescope", kept("telescope"), refused="has ")


def _classes():
    yield call(
        "post_taxonomy",
        taxonomies.TaxonomyPost(name="Tree", hierarchy=TREE, version="1", group_ids=[1]),
        keep=("taxonomy", lambda answer: answer.taxonomy_id),
    )
    yield call("fetch_taxonomies")
    yield call("fetch_taxonomy", kept("taxonomy"))
    yield call("update_taxonomy", kept("taxonomy"), taxonomies.TaxonomyPut(provenance="us"))

    def said(memory):
        return classifications.ClassificationPost(
            obj_id=NEW, classification="Supernova", taxonomy_id=memory["taxonomy"], probability=0.5
        )

    yield call("post_classification", said, keep=("class", lambda answer: answer.classification_id))
    yield call("post_classifications", lambda memory: [said(memory)])
    yield call("fetch_classifications", NEW)
    yield call("fetch_classification", kept("class"))
    yield call("fetch_classifications_query")
    yield call("post_classification_vote", kept("class"), -1)
    yield call("delete_classification_vote", kept("class"))
    yield call(
        "update_classification", kept("class"),
        classifications.ClassificationUpdate(probability=0.75),
    )  # fmt: skip
    yield call("delete_classification", kept("class"))


def _discussion():
    yield call("post_comment", NEW, "Look", keep=("comment", lambda answer: answer.comment_id))
    yield call("fetch_comments", NEW)
    yield call("fetch_comment", NEW, kept("comment"))
    yield call("update_comment", NEW, kept("comment"), "Look again")
    file = base64.b64encode(b"z = 0.03").decode()
    yield call(
        "post_comment_with_attachment", NEW, "A file", "notes.txt", file,
        keep=("file", lambda answer: answer.comment_id),
    )  # fmt: skip
    yield call("fetch_comment_attachment", NEW, kept("file"))
    yield call("fetch_comment_attachment_pdf", NEW, kept("file"))
    yield call("fetch_comment_attachment_text", NEW, kept("file"))
    yield call("delete_comment", NEW, kept("comment"))
    yield call(
        "post_annotation", NEW, "pipeline", {"period": 0.5},
        keep=("annotation", lambda answer: answer.annotation_id),
    )  # fmt: skip
    yield call("fetch_annotations", NEW)
    yield call("fetch_annotation", NEW, kept("annotation"))
    yield call("update_annotation", NEW, kept("annotation"), {"period": 0.25})
    yield call("delete_annotation", NEW, kept("annotation"))
    yield call(
        "post_thumbnail", thumbnails.ThumbnailPost(obj_id=NEW, data=PNG, ttype="ps1"),
        keep=("thumbnail", lambda answer: answer.id),
    )  # fmt: skip
    yield call("fetch_thumbnail", kept("thumbnail"))
    yield call("update_thumbnail", kept("thumbnail"), type="ls")
    yield call("delete_thumbnail", kept("thumbnail"))


def _removal():
    yield call("delete_taxonomy", kept("taxonomy"), refused="has classifications")
    yield call("delete_source", NEW, 2)
    yield call("delete_obj", NEW, refused="still has")
    yield call("delete_candidate", NEW, kept("filter"))
    yield call("delete_filter", kept("filter"))
    yield call("delete_group_stream", kept("group"), 1)
    yield call("delete_group", kept("group"))
    yield call("delete_stream", kept("stream"))
    yield call("delete_user", kept("user"))
