"""The table of who may what: one row for each verb on each resource.

A row is asked by every actor for each of its relations (which group, whose row …); `rule` says from
the described world alone what has to come. To add a resource, add rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.access_world import OWN, SITEWIDE, Description, Person

__all__ = ["ACTORS", "ROWS", "WORLD", "Row", "expected"]

A, B, C, D = 2, 3, 4, 5
S1, S2, OPEN = 1, 2, 3
NONE = 99999

SUPER, GROUP_ADMIN, MEMBER, VIEW_ONLY, STREAMLESS, STRANGER, BOTH, FLAG_ADMIN = range(1, 9)
NOSAVE, EXPIRED, WEAK, UPLOADER, BUSY, MANAGER, WEAK_ADMIN, OUTSIDER = range(9, 17)
NOBODY = 0

PEOPLE = (
    Person(SUPER, ("Super admin",)),
    Person(GROUP_ADMIN, ("Group admin",), groups=(A,), admin_of=(A,), streams=(S1, S2)),
    Person(MEMBER, groups=(A,), streams=(S1, S2)),
    Person(VIEW_ONLY, ("View only",), groups=(A,), streams=(S1,)),
    Person(STREAMLESS, groups=(A,)),
    Person(STRANGER, groups=(B,), streams=(S2,)),
    Person(BOTH, groups=(A, B), streams=(S1, S2)),
    Person(FLAG_ADMIN, groups=(A, D), admin_of=(A, D), streams=(S1, S2)),
    Person(NOSAVE, groups=(A,), nosave=(A,), streams=(S1,)),
    Person(EXPIRED, groups=(A,), streams=(S1, S2), expired=True),
    Person(WEAK, groups=(A,), streams=(S1, S2), token_acls=()),
    Person(UPLOADER, groups=(A,), streams=(S1, S2), token_acls=("Upload data",)),
    Person(BUSY, groups=(A, *range(100, 163)), admin_of=(130,), streams=(S1,)),
    Person(MANAGER, ("View only",), ("Manage users",), groups=(A,), streams=(S1,)),
    Person(WEAK_ADMIN, ("Super admin",), token_acls=("Upload data",)),
    Person(OUTSIDER, streams=(S1,)),
)

SAID = {
    1: ("SAVa", (A,), MEMBER),
    2: ("SAVs", (SITEWIDE,), UPLOADER),
    3: ("SAVs", (B,), STRANGER),
    4: ("SAVs", (A,), VIEW_ONLY),
    5: ("ZTFab", (B,), BOTH),
    6: ("SAVb", (SITEWIDE,), OUTSIDER),
}
"""Comments, and annotations, too."""
POINTS = {
    1: ("SAVa", (), (), MEMBER),
    2: ("SAVa", (B,), (), MEMBER),
    3: ("ZTFab", (), (S2,), BOTH),
    4: ("SAVs", (A,), (), UPLOADER),
    5: ("SAVs", (SITEWIDE,), (), OUTSIDER),
    6: ("SAVz", (), (OPEN,), SUPER),
}
"""Photometry: object, groups, streams, owner."""

WORLD = Description(
    people=PEOPLE,
    streams={S1: False, S2: False, OPEN: True},
    groups={A: (S1,), B: (S2,), C: (), D: (S1, S2)} | dict.fromkeys(range(100, 163), ()),
    filters={1: (A, S1), 2: (A, S2), 3: (B, S2), 4: (130, S1)},
    passed=(("ZTFa", 1), ("ZTFa2", 2), ("ZTFb", 3), ("ZTFab", 1), ("ZTFab", 3), ("ZTFz", 4)),
    saved=(("SAVa", A), ("SAVb", B), ("ZTFab", B), ("SAVs", SITEWIDE), ("SAVz", 162)),
    taxonomies={1: (SITEWIDE,), 2: (A,), 3: (B,), 4: (A, B)},
    classified={
        1: ("SAVa", 1, (A,), MEMBER),
        2: ("SAVb", 1, (B,), STRANGER),
        3: ("ZTFab", 3, (B,), BOTH),
        4: ("SAVs", 1, (SITEWIDE,), UPLOADER),
        5: ("SAVs", 2, (SITEWIDE,), MEMBER),
        6: ("ZTFa2", 1, (SITEWIDE,), STRANGER),
    },
    points=POINTS,
    commented=SAID,
    annotated=SAID,
    pictured={1: ("SAVa", None), 2: ("ZTFab", S2), 3: ("SAVb", None), 4: ("SAVs", S1)},
)
ADMISSIONS = {1: (OUTSIDER, A), 2: (OUTSIDER, B)}
"""Requests to join: who and what."""
INVITATIONS = {1: GROUP_ADMIN, 2: SUPER}
"""Who sent each; all to group A."""

ACTORS = (NOBODY, *(person.id for person in PEOPLE))

ALL_GROUPS = ({"g": A}, {"g": B}, {"g": SITEWIDE}, {"g": MEMBER + OWN}, {"g": 130}, {"g": NONE})
OBJECTS = [{"o": name} for name in (*WORLD.objects, "ZTFnone")]
PASSED = [{"o": name} for name in ("ZTFa", "ZTFa2", "ZTFb", "ZTFab", "ZTFz", "ZTFnone")]
SAVED = [{"o": name} for name in ("SAVa", "SAVb", "SAVs", "SAVz", "SAVnone")]


@dataclass(frozen=True)
class Row:
    """One verb on one resource."""

    method: str
    path: str
    rule: Callable[[Any, dict], int]
    """Takes the actor's rules and the relation; returns the status for who may ask at all."""
    relations: Any = ({},)
    acl: str | None = None
    body: Callable[[dict], Any] | dict | None = None
    public: bool = False
    name: str = field(default="")

    def __str__(self):
        return self.name or f"{self.method} {self.path}"


def expected(row, rules, relation):
    """Return the status that the row promises an actor; None stands for nobody."""
    if row.public:
        return 200
    if rules is None:
        return 401
    if rules.person.expired:
        return 403
    if row.acl and not (row.acl in rules.person.may or rules.person.is_admin):
        return 401
    return row.rule(rules, relation)


def always(_rules, _relation):
    return 200


def known_group(number):
    return number in WORLD.groups or number == SITEWIDE or number > OWN != NONE > number


def single(number):
    return OWN < number < NONE


def covers(rules, number):
    """Return whether the actor may do all that a user may."""
    user = next(each for each in PEOPLE if each.id == number)
    whole = Person(number, user.roles, user.acls)
    return rules.person.is_admin or whole.may <= rules.person.may


def decides(then):
    """Return the rule of what a group's admins do."""

    def rule(rules, r):
        if r["g"] == NONE:
            return 400
        return then(rules, r) if rules.administers(r["g"]) else 403

    return rule


def adding(rules, r):
    person = next(each for each in PEOPLE if each.id == r["u"])
    if single(r["g"]) or r["g"] in person.in_groups:
        return 400
    return 403 if set(WORLD.groups.get(r["g"], ())) - set(person.streams) else 200


def removing(rules, r):
    u = rules.person.id if r["u"] == "self" else r["u"]
    if u != rules.person.id and not rules.administers(r["g"]):
        return 403
    person = next(each for each in PEOPLE if each.id == u)
    stays = r["g"] == SITEWIDE or single(r["g"]) or r["g"] not in person.in_groups
    return 400 if stays else 200


def granting(rules, r):
    u = rules.person.id if r["u"] == "self" else r["u"]
    opened = WORLD.streams[r["s"]] and u == rules.person.id
    person = next(each for each in PEOPLE if each.id == u)
    allowed = (rules.person.is_admin or opened) and r["s"] not in person.streams
    return 200 if allowed else 400


def managing(rules, r):
    if r["u"] == NONE:
        return 400
    return 200 if covers(rules, r["u"]) else 403


def deleting_user(rules, r):
    refused = managing(rules, r)
    return 400 if refused == 200 and r["u"] == rules.person.id else refused


def describing(rules, r):
    if r["u"] == rules.person.id:
        return 200
    if "Manage users" not in rules.person.may and not rules.person.is_admin:
        return 401
    return managing(rules, r)


def token_of_member(rules, _r):
    return 200 if rules.person.is_admin or rules.person.id == MEMBER else 400


def concerned(rules, r):
    user, group = ADMISSIONS.get(r["n"], (None, None))
    mine = user is not None and (rules.person.is_admin or rules.person.id == user)
    return mine, user is not None and rules.administers(group)


def seeing_request(rules, r):
    return 200 if any(concerned(rules, r)) else 400


def accepting(rules, r):
    mine, decided = concerned(rules, r)
    if not mine and not decided:
        return 400
    if not decided:
        return 403
    group = ADMISSIONS[r["n"]][1]
    return 403 if set(WORLD.groups[group]) - {S1} else 200


def withdrawing(rules, r):
    mine, decided = concerned(rules, r)
    return 200 if mine else 403 if decided else 400


def asking_in(rules, r):
    if r["g"] == NONE or single(r["g"]) or r["g"] in rules.person.in_groups:
        return 400
    waits = (rules.person.id, r["g"]) in ADMISSIONS.values()
    return 400 if waits else 200


def own_invitation(rules, r):
    by = INVITATIONS.get(r["n"])
    return 200 if by is not None and (rules.person.is_admin or by == rules.person.id) else 400


def inviting(rules, r):
    if not rules.administers(r["g"]) and r["g"] != SITEWIDE:
        return 403
    return 403 if not rules.person.is_admin and rules.lacks(r["g"]) else 200


def seen_filter(rules, r):
    return 200 if r["f"] in WORLD.filters and rules.filter(r["f"]) else 400


def edited_filter(rules, r):
    if seen_filter(rules, r) == 400:
        return 400
    return 200 if rules.administers(WORLD.filters[r["f"]][0]) else 403


def making_filter(rules, r):
    if not rules.group(r["g"]) or not rules.stream(r["s"]):
        return 401
    return 200 if r["s"] in WORLD.groups[r["g"]] else 400


def seen_taxonomy(rules, r):
    return 200 if r["t"] in WORLD.taxonomies and rules.taxonomy(r["t"]) else 404


def edited_taxonomy(rules, r):
    if seen_taxonomy(rules, r) == 404:
        return 404
    return 200 if all(rules.administers(g) for g in WORLD.taxonomies[r["t"]]) else 403


def dropped_taxonomy(rules, r):
    refused = edited_taxonomy(rules, r)
    used = any(each[1] == r["t"] for each in WORLD.classified.values())
    return 400 if refused == 200 and used else refused


def seen_class(rules, r):
    return 200 if r["c"] in WORLD.classified and rules.classification(r["c"]) else 404


def edited_class(rules, r):
    if seen_class(rules, r) == 404:
        return 404
    return 200 if rules.edits_classification(r["c"]) else 403


def seen_said(rules, r):
    if r["n"] == NONE or not rules.object(r["o"]):
        return 404
    return 200 if rules.said(SAID[r["n"]]) else 403


def edited_said(rules, r):
    refused = seen_said(rules, r)
    mine = refused == 200 and (rules.person.is_admin or SAID[r["n"]][2] == rules.person.id)
    return 403 if refused == 200 and not mine else refused


def speaking_of_point(rules, r):
    """Return what comes of speaking of a point: one must see it."""
    return 200 if r["n"] in POINTS and rules.point(r["n"]) else 404


def sharing_point(rules, r):
    """Return what comes of opening a point to a group: it is its owner's to open."""
    if r["n"] not in POINTS or not rules.point(r["n"]):
        return 400
    return 200 if rules.person.is_admin or POINTS[r["n"]][3] == rules.person.id else 403


def notifying(rules, r):
    """Return what comes of telling a group of an object: it is one's own, and has it saved."""
    if not rules.object(r["o"]):
        return 404
    return 200 if r["g"] in rules.groups_of(r["o"]) else 400


def seen_point(rules, r):
    return 200 if r["n"] in POINTS and rules.point(r["n"]) else 400


def edited_point(rules, r):
    mine = r["n"] in POINTS and (rules.person.is_admin or POINTS[r["n"]][3] == rules.person.id)
    return 200 if mine else 400


def measuring(rules, r):
    return 200 if rules.object(r["o"]) else 400


def seen_thumbnail(rules, r):
    return 200 if r["n"] in WORLD.pictured and rules.thumbnail(r["n"]) else 404


def seen_object(rules, r):
    return 200 if rules.object(r["o"]) else 404


def seen_candidate(rules, r):
    return 200 if r["o"] in rules.candidates() else 404


def inviting_to_save(rules, r):
    if not rules.object(r["o"]):
        return 404
    person = rules.person
    barred = r["g"] in person.nosave and not person.is_admin
    return 400 if r["g"] == NONE or barred else 200


def answering(rules, r):
    person = rules.person
    may = person.is_admin or (r["g"] in person.in_groups and r["g"] not in person.nosave)
    return 200 if may and (r["o"], r["g"]) in WORLD.saved else 400


def unsaving(rules, r):
    if not rules.object(r["o"]):
        return 404
    return 200 if rules.group(r["g"]) and (r["o"], r["g"]) in WORLD.saved else 400


def labelling(rules, r):
    if not rules.object(r["o"]):
        return 404
    return 200 if rules.group(r["g"]) else 400


def saving(rules, r):
    person = rules.person
    may = person.is_admin or (r["g"] in person.in_groups and r["g"] not in person.nosave)
    return 200 if may and r["g"] != NONE else 400


UPLOAD, MANAGE, SYSTEM = "Upload data", "Manage users", "System admin"
FILTERS = [{"f": n} for n in (1, 2, 3, 4, NONE)]
CLASSES = [{"c": n} for n in (*WORLD.classified, NONE)]
SAYINGS = [{"o": row[0], "n": n} for n, row in SAID.items()] + [{"o": "SAVs", "n": NONE}]
MEASURED = [{"n": n} for n in (*POINTS, NONE)]
PICTURES = [{"n": n} for n in (*WORLD.pictured, NONE)]
TREES = [{"t": n} for n in (*WORLD.taxonomies, NONE)]
USERS = [{"u": n} for n in (MEMBER, VIEW_ONLY, SUPER, GROUP_ADMIN, NONE)]
NEW = {"ra": 1.0, "dec": 2.0}

PLACES = [{"o": o, "g": g} for o in ("SAVa", "ZTFab", "ZTFa2") for g in (A, B, 130, NONE)]

LISTS = (
    "config", "internal/profile", "roles", "acls", "groups", "groups/public", "streams", "filters",
    "taxonomy", "classification", "user", "internal/tokens", "group_admission_requests",
    "candidates", "sources", "listing", "candidates_filter", "groups?name=group 3",
    "groups?includeSingleUserGroups=true",
)  # fmt: skip

ROWS = (
    *(Row("GET", f"/api/{path}", always) for path in LISTS),
    Row("GET", "/api/sysinfo", always, public=True),
    Row("GET", "/api/openapi.json", always, public=True),
    # groups
    Row("GET", "/api/groups/{g}", lambda _, r: 400 if r["g"] == NONE else 200, ALL_GROUPS),
    Row("PUT", "/api/groups/{g}", decides(always), ALL_GROUPS, UPLOAD, {"description": "x"}),
    Row("DELETE", "/api/groups/{g}",
        decides(lambda _, r: 400 if r["g"] == SITEWIDE or single(r["g"]) else 200),
        ALL_GROUPS, UPLOAD),
    Row("POST", "/api/groups", always, acl=UPLOAD, body={"name": "new one"}),
    Row("POST", "/api/groups", lambda *_: 400, acl=UPLOAD, body={"name": "group 3"},
        name="POST /api/groups with a name that is taken"),
    Row("POST", "/api/groups/{g}/users", decides(adding),
        [{"g": g, "u": u} for g, u in
         ((A, OUTSIDER), (B, OUTSIDER), (C, OUTSIDER), (A, MEMBER), (MEMBER + OWN, OUTSIDER))],
        UPLOAD, lambda r: {"userID": r["u"], "admin": False}),
    Row("PATCH", "/api/groups/{g}/users",
        decides(lambda _, r: 200 if r["g"] in (A, SITEWIDE, MEMBER + OWN) else 400), ALL_GROUPS,
        UPLOAD, {"userID": MEMBER, "canSave": False}),
    Row("PATCH", "/api/groups/{g}/users/3",
        decides(lambda _, r: 200 if r["g"] in (A, SITEWIDE, MEMBER + OWN) else 400), ALL_GROUPS,
        UPLOAD, {"admin": True}),
    Row("DELETE", "/api/groups/{g}/users/{u}", removing,
        [{"g": g, "u": u} for g, u in
         ((A, MEMBER), (B, STRANGER), (SITEWIDE, MEMBER), (MEMBER + OWN, MEMBER), (A, OUTSIDER))]),
    Row("POST", "/api/groups/{g}/usersFromGroups",
        decides(lambda _, r: 403 if r["g"] == A else 200), [{"g": g} for g in (A, C)],
        UPLOAD, {"fromGroupIDs": [B]}),
    Row("POST", "/api/groups/{g}/streams",
        decides(lambda _, r: 200 if (r["g"], r["s"]) in {(C, S1), (130, S1)} else 400),
        [{"g": g, "s": s} for g, s in
         ((A, S1), (A, OPEN), (C, S1), (130, S1), (MEMBER + OWN, S1), (C, NONE))],
        UPLOAD, lambda r: {"stream_id": r["s"]}),
    Row("DELETE", "/api/groups/{g}/streams/{s}",
        decides(lambda _, r: 200 if r["g"] == D else 400),
        [{"g": g, "s": s} for g, s in ((A, S1), (B, S2), (D, S1), (A, OPEN))], UPLOAD),
    # scanning
    Row("GET", "/api/scan/candidates", always),
    Row("GET", "/api/scan/candidates/{o}", seen_candidate, PASSED),
    Row("POST", "/api/scan/decisions", always,
        body={"decisions": [{"id": "decision-1", "obj_id": "ZTFa", "filter_ids": [1],
                             "kind": "rejected"}]}),
    Row("GET", "/api/scan/presence", always),
    Row("PUT", "/api/scan/presence", always, body={"group_ids": [A], "position": 1, "total": 2}),
    # streams
    Row("GET", "/api/streams/{s}",
        lambda rules, r: 200 if r["s"] != NONE and rules.knows_stream(r["s"]) else 400,
        [{"s": s} for s in (S1, S2, OPEN, NONE)]),
    Row("POST", "/api/streams", always, acl=SYSTEM, body={"name": "new"}),
    Row("PATCH", "/api/streams/{s}", lambda _, r: 400 if r["s"] == NONE else 200,
        [{"s": s} for s in (S1, NONE)], SYSTEM, {"auto_join": True}),
    Row("DELETE", "/api/streams/{s}", lambda _, r: 200 if r["s"] == OPEN else 400,
        [{"s": s} for s in (S1, OPEN, NONE)], SYSTEM),
    Row("POST", "/api/streams/{s}/users", granting,
        [{"s": s, "u": u} for s, u in
         ((S1, OUTSIDER), (S2, OUTSIDER), (OPEN, OUTSIDER), (OPEN, "self"), (S1, "self"))],
        body=lambda r: {"user_id": r["u"]}),
    Row("DELETE", "/api/streams/{s}/users/{u}", lambda _, r: 200 if r["u"] == OUTSIDER else 400,
        [{"s": S1, "u": OUTSIDER}, {"s": S1, "u": MEMBER}, {"s": S2, "u": VIEW_ONLY}], SYSTEM),
    # people
    Row("GET", "/api/user/{u}", lambda _, r: 400 if r["u"] == NONE else 200, USERS),
    Row("POST", "/api/user", always, acl=MANAGE, body={"username": "newcomer", "roles": []},
        name="POST /api/user without a role"),
    Row("POST", "/api/user", lambda rules, _: 200 if rules.person.id != MANAGER else 403,
        acl=MANAGE, body={"username": "newcomer"}),
    Row("PATCH", "/api/user/{u}", managing, USERS, MANAGE, {"expirationDate": "2030-01-01"}),
    Row("DELETE", "/api/user/{u}", deleting_user, USERS, MANAGE),
    Row("POST", "/api/user/{u}/roles", lambda _, r: 400 if r["u"] == NONE else 200, USERS, MANAGE,
        {"roleIds": ["View only"]}),
    Row("POST", "/api/user/{u}/roles",
        lambda rules, r: 403 if not rules.person.is_admin else 400 if r["u"] == NONE else 200,
        USERS, MANAGE, {"roleIds": ["Super admin"]}, name="POST roles beyond one's own"),
    Row("DELETE", "/api/user/{u}/roles/Full user",
        lambda rules, r: managing(rules, r) if r["u"] == MEMBER else max(400, managing(rules, r)),
        USERS, MANAGE),
    Row("POST", "/api/user/{u}/acls",
        lambda rules, r: 403 if rules.person.id == MANAGER else 400 if r["u"] == NONE else 200,
        USERS, MANAGE, {"aclIds": ["Comment"]}),
    Row("DELETE", "/api/user/{u}/acls/Manage users",
        lambda rules, r: managing(rules, r) if r["u"] == MANAGER else max(400, managing(rules, r)),
        [*USERS, {"u": MANAGER}], MANAGE),
    Row("PATCH", "/api/internal/profile", always, body={"first_name": "X"}),
    Row("PATCH", "/api/internal/profile/{u}", describing, USERS, body={"first_name": "X"}),
    # tokens
    Row("POST", "/api/internal/tokens",
        lambda rules, _: 200 if rules.person.id in (SUPER, WEAK_ADMIN) else 400,
        body={"name": "second", "acls": []}),
    Row("POST", "/api/internal/tokens", lambda rules, _: 200 if rules.person.is_admin else 400,
        body={"name": "for another", "acls": [], "user_id": MEMBER}, name="POST token of another"),
    Row("GET", "/api/internal/tokens?userID=3",
        lambda rules, _: 200 if rules.person.is_admin or rules.person.id == MEMBER else 400),
    Row("GET", "/api/internal/tokens/{token}", token_of_member),
    Row("PUT", "/api/internal/tokens/{token}", token_of_member, body={"name": "renamed"}),
    Row("DELETE", "/api/internal/tokens/{token}", token_of_member),
    # admission
    Row("GET", "/api/group_admission_requests?groupID={g}", decides(always), ALL_GROUPS),
    Row("GET", "/api/group_admission_requests/{n}", seeing_request, [{"n": n} for n in (1, 2, 9)]),
    Row("POST", "/api/group_admission_requests", asking_in, ALL_GROUPS,
        body=lambda r: {"groupID": r["g"]}),
    Row("PATCH", "/api/group_admission_requests/{n}", accepting, [{"n": n} for n in (1, 2, 9)],
        UPLOAD, {"status": "accepted"}),
    Row("DELETE", "/api/group_admission_requests/{n}", withdrawing, [{"n": n} for n in (1, 2, 9)]),
    # invitations
    Row("GET", "/api/invitations", always, acl=MANAGE),
    Row("POST", "/api/invitations", inviting, [{"g": g} for g in (A, B, SITEWIDE)], MANAGE,
        lambda r: {"userEmail": "a@b.example", "groupIDs": [r["g"]], "role": "View only"}),
    Row("PATCH", "/api/invitations/{n}", own_invitation, [{"n": n} for n in (1, 2, 9)], MANAGE,
        {"role": "View only"}),
    Row("DELETE", "/api/invitations/{n}", own_invitation, [{"n": n} for n in (1, 2, 9)], MANAGE),
    # filters
    Row("GET", "/api/filters/{f}", seen_filter, FILTERS),
    Row("PATCH", "/api/filters/{f}", edited_filter, FILTERS, UPLOAD, {"name": "x"}),
    Row("DELETE", "/api/filters/{f}", edited_filter, FILTERS, UPLOAD),
    Row("GET", "/api/filters/{f}/v", seen_filter, FILTERS),
    Row("POST", "/api/filters", making_filter,
        [{"g": g, "s": s} for g, s in ((A, S1), (A, S2), (B, S2), (C, S1))], UPLOAD,
        lambda r: {"name": "new", "group_id": r["g"], "stream_id": r["s"]}),
    # classes
    Row("GET", "/api/taxonomy/{t}", seen_taxonomy, TREES),
    Row("PUT", "/api/taxonomy/{t}", edited_taxonomy, TREES, "Post taxonomy", {"provenance": "x"}),
    Row("DELETE", "/api/taxonomy/{t}", dropped_taxonomy, TREES, "Delete taxonomy"),
    Row("GET", "/api/classification/{c}", seen_class, CLASSES),
    Row("PUT", "/api/classification/{c}", edited_class, CLASSES, "Classify", {"probability": 0.5}),
    Row("DELETE", "/api/classification/{c}", edited_class, CLASSES, "Classify"),
    Row("POST", "/api/classification/votes/{c}", seen_class, CLASSES, "Classify", {"vote": 1}),
    Row("GET", "/api/sources/{o}/classifications", seen_object, OBJECTS),
    # objects
    Row("GET", "/api/sources/{o}", seen_object, OBJECTS),
    Row("HEAD", "/api/sources/{o}", seen_object, SAVED),
    Row("GET", "/api/sources/{o}/bundle?format=json", seen_object, OBJECTS),
    Row("GET", "/api/access/explain?obj_id={o}", seen_object, OBJECTS),
    Row("POST", "/api/sources", saving, ALL_GROUPS, UPLOAD,
        lambda r: NEW | {"id": "NEWone", "group_ids": [r["g"]]}),
    Row("PATCH", "/api/sources/{o}", seen_object, OBJECTS, UPLOAD, {"redshift": 0.1}),
    Row("DELETE", "/api/sources/{o}?group_id={g}", unsaving, PLACES, "Manage sources"),
    Row("GET", "/api/sources/{o}/groups", seen_object, OBJECTS),
    Row("GET", "/api/public_pages/source/{o}", seen_object, OBJECTS),
    Row("POST", "/api/source_groups", inviting_to_save, PLACES, UPLOAD,
        lambda r: {"objId": r["o"], "inviteGroupIds": [r["g"]]}),
    Row("PATCH", "/api/source_groups/{o}", answering, PLACES, UPLOAD,
        lambda r: {"groupID": r["g"], "active": True}),
    Row("POST", "/api/source_notifications", notifying, PLACES, UPLOAD,
        lambda r: {"sourceId": r["o"], "groupIds": [r["g"]], "level": "soft"}),
    Row("POST", "/api/sources/{o}/labels", labelling, [r for r in PLACES if r["g"] != NONE],
        body=lambda r: {"groupIds": [r["g"]]}),
    Row("POST", "/api/listing", seen_object, OBJECTS,
        body=lambda r: {"obj_id": r["o"], "list_name": "favorites"}),
    # what is said of objects
    *(
        row
        for noun, verb, body in (
            ("comments", "Comment", {"text": "x"}),
            ("annotations", "Annotate", {"origin": "new", "data": {"n": 1}}),
        )
        for row in (
            Row("GET", f"/api/sources/{{o}}/{noun}", seen_object, OBJECTS),
            Row("POST", f"/api/sources/{{o}}/{noun}", seen_object, OBJECTS, verb, body),
            Row("GET", f"/api/sources/{{o}}/{noun}/{{n}}", seen_said, SAYINGS),
            Row("PUT", f"/api/sources/{{o}}/{noun}/{{n}}", edited_said, SAYINGS, verb, body),
            Row("DELETE", f"/api/sources/{{o}}/{noun}/{{n}}", edited_said, SAYINGS, verb),
        )
    ),
    # photometry
    Row("GET", "/api/photometry/{point}", seen_point, MEASURED),
    Row("DELETE", "/api/photometry/{point}", edited_point, MEASURED, UPLOAD),
    Row("GET", "/api/photometry/{point}/annotations", speaking_of_point, MEASURED),
    Row("POST", "/api/photometry/{point}/annotations", speaking_of_point, MEASURED, "Annotate",
        {"origin": "new", "data": {"n": 1}}),
    Row("POST", "/api/sharing", sharing_point, MEASURED, UPLOAD,
        {"groupIDs": [A], "photometryIDs": "point"}),
    Row("GET", "/api/sources/{o}/photometry", seen_object, OBJECTS),
    Row("GET", "/api/sources/{o}/phot_stat", seen_object, OBJECTS),
    Row("POST", "/api/photometry", measuring, OBJECTS, UPLOAD,
        lambda r: {"obj_id": r["o"], "mjd": 61000.5, "instrument_id": 1, "filter": "ztfg",
                   "flux": 1.0, "fluxerr": 0.1, "zp": 23.9, "magsys": "ab"}),
    Row("GET", "/api/thumbnail/{n}", seen_thumbnail, PICTURES),
    Row("DELETE", "/api/thumbnail/{n}", seen_thumbnail, PICTURES, "Manage sources"),
    Row("GET", "/api/candidates/{o}", seen_candidate, PASSED),
    Row("HEAD", "/api/candidates/{o}", seen_candidate, PASSED),
    Row("POST", "/api/candidates", seen_filter, FILTERS, UPLOAD,
        lambda r: NEW | {"id": "NEWtwo", "filter_ids": [r["f"]], "passed_at": "2026-11-20"}),
    Row("DELETE", "/api/candidates/{o}/{f}", seen_filter,
        [{"o": "ZTFa", "f": 1}, {"o": "ZTFa2", "f": 2}, {"o": "ZTFb", "f": 3}], UPLOAD),
)  # fmt: skip
