"""Who may what: every row of the table, asked by every actor in every relation."""

from collections import Counter
from datetime import timedelta

import pytest

from fritz.marshal.admission import AdmissionRequest
from fritz.marshal.invitation import Invitation
from fritz.marshal.scan_report import Save, ScanReport, ScanReportItem, Span
from fritz.marshal.tag import ObjTag, TagOption
from fritz.marshal.token import digest
from fritz.marshal.user import Membership
from fritz.ports import Create
from tests.support.access_matrix import (
    ACTORS,
    ADMISSIONS,
    INVITATIONS,
    ROWS,
    SUPER,
    WORLD,
    A,
    expected,
)
from tests.support.access_matrix_scans import REPORTED, REPORTS, SCAN_ROWS, TAGS
from tests.support.access_rules import Rules
from tests.support.access_world import Unwriting, build, fill, headers_of, measure
from tests.support.marshal_world import NOW, World
from webapp.app import create_app
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
MEMBER = 3
ALL_ROWS = (*ROWS, *SCAN_ROWS)


@pytest.fixture(scope="module")
def asker(tmp_path_factory):
    """Ask as an actor; whatever is granted changes nothing."""
    world = build(tmp_path_factory.mktemp("matrix"), WORLD)
    headers = headers_of(world, WORLD)
    fill(create_app(world, SETTINGS).test_client(), headers[SUPER], WORLD)
    points = measure(create_app(world, SETTINGS).test_client(), headers, WORLD)
    world.documents.commit([*_requests(), *_invitations(), *_reports(), *_tags()])
    client = create_app(World(Unwriting(world.documents), world.objects), SETTINGS).test_client()
    token = digest(headers[MEMBER]["Authorization"].partition(" ")[2])

    def ask(actor, row, relation):
        point = points.get(relation.get("n"), 2**50)
        filled = {"token": token, "point": point, **relation}
        body = row.body(relation) if callable(row.body) else row.body
        if body is not None:
            meant = {"self": actor, "point": [point]}
            body = {k: meant.get(v, v) if isinstance(v, str) else v for k, v in body.items()}
        return client.open(
            row.path.format(**filled), method=row.method, json=body, headers=headers.get(actor)
        )

    yield ask
    world.documents.close()


def _requests():
    for number, (user, group) in ADMISSIONS.items():
        asked = AdmissionRequest(number, user, group, "pending", NOW, NOW)
        yield Create("group_admission_requests", str(number), asked.to_fields())


def _invitations():
    for number, sender in INVITATIONS.items():
        sent = NOW - timedelta(hours=1)
        made = Invitation(number, "0", "x@y.example", sender, sent, {A: Membership()}, (1,))
        yield Create("invitations", str(number), made.to_fields())


def _reports():
    day = Span(NOW - timedelta(days=1), NOW)
    for number, groups in REPORTS.items():
        made = ScanReport(number, SUPER, groups, day, day, NOW)
        yield Create("scan_reports", str(number), made.to_fields())
    for number, (report, name, group) in REPORTED.items():
        item = ScanReportItem(number, report, name, (Save(group, NOW, SUPER),), None, NOW, NOW)
        yield Create("scan_report_items", str(number), item.to_fields())


def _tags():
    yield Create("tag_options", "1", TagOption(1, "Nuclear", None, NOW, NOW).to_fields())
    for number, (name, groups) in TAGS.items():
        made = ObjTag(number, name, 1, groups, SUPER, NOW, NOW)
        yield Create("obj_tags", str(number), made.to_fields())


def rules_of(actor):
    return next((Rules(WORLD, person) for person in WORLD.people if person.id == actor), None)


@pytest.mark.parametrize("row", ALL_ROWS, ids=str)
def test_each_actor_gets_what_the_table_says(row, asker):
    wrong = []
    for relation in row.relations:
        for actor in ACTORS:
            answer = asker(actor, row, relation)
            promised = expected(row, rules_of(actor), relation)
            if answer.status_code != promised:
                said = (answer.json or {}).get("message") if row.method != "HEAD" else ""
                wrong.append(
                    f"actor {actor} {relation}: {answer.status_code}, not {promised} {said}"
                )
    assert wrong == [], "\n".join(wrong)


def test_the_table_has_more_than_2000_cases_of_every_outcome():
    statuses = Counter(
        expected(row, rules_of(actor), relation)
        for row in ALL_ROWS
        for relation in row.relations
        for actor in ACTORS
    )
    print(f"access matrix: {sum(statuses.values())} cases", dict(statuses))  # noqa: T201 - asked for
    assert sum(statuses.values()) >= 2000
    assert set(statuses) == {200, 400, 401, 403, 404}
