"""A world of people, groups, streams and data from a description, for tests of who may what.

`build` writes the description into a store; `tests/support/access_rules.py` says from the very same
description who sees what. `Unwriting` lets a world be asked to change, over and over, and stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.marshal.annotation import Annotation
from fritz.marshal.classification import Classification
from fritz.marshal.comment import Comment
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.roles import granted
from fritz.marshal.stream import Stream
from fritz.marshal.subject import Subject
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.thumbnail import Thumbnail
from fritz.marshal.user import User
from fritz.marshal.visibility import EVERYBODY, of_stream
from fritz.ports import Create
from fritz.services.tokens import TokenStore
from tests.support.fakes import MemoryObjects
from tests.support.marshal_world import INDEXES, NOW, World

__all__ = [
    "OWN",
    "SITEWIDE",
    "Description",
    "Person",
    "Unwriting",
    "build",
    "fill",
    "headers_of",
    "measure",
]

SITEWIDE = 1
OWN = 1000
"""A person's single-user group is this many above their number."""


@dataclass(frozen=True)
class Person:
    """One person and what their token may."""

    id: int
    roles: tuple[str, ...] = ("Full user",)
    acls: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    admin_of: tuple[int, ...] = ()
    nosave: tuple[int, ...] = ()
    streams: tuple[int, ...] = ()
    expired: bool = False
    token_acls: tuple[str, ...] | None = None
    """None for all that they may."""

    @property
    def may(self):
        own = granted(self.roles) | set(self.acls)
        return own if self.token_acls is None else own & set(self.token_acls)

    @property
    def is_admin(self):
        return "System admin" in self.may

    @property
    def in_groups(self):
        return {SITEWIDE, self.id + OWN, *self.groups}


@dataclass(frozen=True)
class Description:
    """What there is; rows name each other by number."""

    people: tuple[Person, ...]
    streams: dict[int, bool]
    """Whether each is open to everybody who wants it."""
    groups: dict[int, tuple[int, ...]]
    """The streams of each, the sitewide one left out."""
    filters: dict[int, tuple[int, int]]
    """Group and stream of each."""
    passed: tuple[tuple[str, int], ...] = ()
    """Object and filter."""
    saved: tuple[tuple[str, int], ...] = ()
    """Object and group."""
    taxonomies: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The groups of each."""
    classified: dict[int, tuple[str, int, tuple[int, ...], int]] = field(default_factory=dict)
    """Object, taxonomy, groups and author of each."""
    commented: dict[int, tuple[str, tuple[int, ...], int]] = field(default_factory=dict)
    """Object, groups and author of each."""
    annotated: dict[int, tuple[str, tuple[int, ...], int]] = field(default_factory=dict)
    """Object, groups and author of each."""
    points: dict[int, tuple[str, tuple[int, ...], tuple[int, ...], int]] = field(
        default_factory=dict
    )
    """Object, groups, streams and owner of each point of photometry; the owner sees the object."""
    pictured: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    """Object of each thumbnail, and the stream that its exposure asks for."""

    @property
    def objects(self):
        names = {obj for obj, _ in (*self.passed, *self.saved)}
        return sorted(names | {each[0] for each in self.classified.values()})


class Unwriting:
    """A document store that reads as another does and forgets what is written."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def commit(self, writes):
        pass

    def transact(self, body):
        return body(_Reading(self._store))


class _Reading:
    def __init__(self, store):
        self.get, self.get_many, self.query = store.get, store.get_many, store.query

    def write(self, *writes):
        pass


def build(folder, described):
    """Return the world with its people, groups, streams, filters and classes; it has no objects."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(SqliteDocuments(folder / "documents.sqlite", INDEXES), MemoryObjects())
    rows = [*_people(described), *_groups(described), *_classes(described), *_said(described)]
    for start in range(0, len(rows), 400):
        world.documents.commit(rows[start : start + 400])
    return world


def fill(client, headers, described):
    """Post candidates and save sources through the API, as an administrator."""
    filters_of = {}
    for obj, number in described.passed:
        filters_of.setdefault(obj, []).append(number)
    for n, (obj, numbers) in enumerate(sorted(filters_of.items())):
        body = {
            "id": obj, "ra": 10.0 + n, "dec": 2.0, "filter_ids": sorted(numbers),
            "passed_at": (NOW - timedelta(hours=n)).isoformat(),
        }  # fmt: skip
        answer = client.post("/api/candidates", json=body, headers=headers)
        assert answer.status_code == 200, answer.json
    groups_of = {}
    for obj, number in described.saved:
        groups_of.setdefault(obj, []).append(number)
    for n, (obj, numbers) in enumerate(sorted(groups_of.items())):
        body = {"id": obj, "ra": 10.0 + n, "dec": 2.0, "group_ids": sorted(numbers)}
        answer = client.post("/api/sources", json=body, headers=headers)
        assert answer.status_code == 200, answer.json


def measure(client, headers, described):
    """Post the points, each by its owner, and return the id that each got."""
    instrument = _instrument(client, headers[described.people[0].id]) if described.points else 0
    ids = {}
    for number, (obj, groups, streams, owner) in described.points.items():
        body = {
            "obj_id": obj, "mjd": 60000.0 + number, "instrument_id": instrument, "filter": "ztfg",
            "flux": 100.0, "fluxerr": 1.0, "zp": 23.9, "magsys": "ab", "group_ids": list(groups),
            "stream_ids": list(streams),
        }  # fmt: skip
        answer = client.post("/api/photometry", json=body, headers=headers[owner])
        assert answer.status_code == 200, answer.json
        (ids[number],) = answer.json["data"]["ids"]
    return ids


def _instrument(client, headers):
    telescope = {"name": "T", "nickname": "T", "diameter": 1.2}
    made = client.post("/api/telescope", json=telescope, headers=headers).json["data"]["id"]
    camera = {"name": "C", "type": "imager", "telescope_id": made, "filters": ["ztfg"]}
    return client.post("/api/instrument", json=camera, headers=headers).json["data"]["id"]


def headers_of(world, described):
    """Return each person's header with a token of theirs, by their number."""
    tokens, headers = TokenStore(world.documents), {}
    for n, person in enumerate(described.people):
        user = User.from_fields(world.documents.get("users", str(person.id)).data)
        secret = tokens.create(user, "test", sorted(person.may), NOW, (n + 1).to_bytes(32))
        headers[person.id] = {"Authorization": f"token {secret}"}
    return headers


def _people(described):
    for person in described.people:
        own = person.id + OWN
        user = User(
            person.id, f"person{person.id}", NOW, roles=person.roles, acls=person.acls,
            group_ids=(SITEWIDE, *person.groups, own), admin_group_ids=(*person.admin_of, own),
            nosave_group_ids=person.nosave, stream_ids=person.streams, own_group_id=own,
            expiration_date=NOW - timedelta(days=1) if person.expired else None,
        )  # fmt: skip
        yield Create("users", str(user.id), user.to_fields())
        group = Group(own, user.username, single_user_group=True)
        yield Create("groups", str(own), group.to_fields())


def _groups(described):
    yield Create("groups", str(SITEWIDE), Group(SITEWIDE, "Sitewide Group").to_fields())
    for number, streams in described.groups.items():
        group = Group(number, f"group {number}", stream_ids=streams)
        yield Create("groups", str(number), group.to_fields())
    for number, auto_join in described.streams.items():
        stream = Stream(number, f"stream {number}", "ztf", (number,), auto_join)
        yield Create("streams", str(number), stream.to_fields())
    for number, (group_id, stream_id) in described.filters.items():
        found = Filter(
            number, f"filter {number}", group_id, stream_id, active=False, external=True,
            owner_id=None, created_at=NOW, modified=NOW,
        )  # fmt: skip
        yield Create("filters", str(number), found.to_fields())


def _classes(described):
    tree = {"class": "Any", "subclasses": [{"class": "SN"}]}
    for number, groups in described.taxonomies.items():
        taxonomy = Taxonomy(number, f"tree {number}", "1", tree, groups, 0, NOW, NOW)
        yield Create("taxonomies", str(number), taxonomy.to_fields())
    for number, (obj, taxonomy_id, groups, author) in described.classified.items():
        made = Classification(number, obj, taxonomy_id, "SN", groups, author, "x", NOW, NOW)
        yield Create("classifications", str(number), made.to_fields())


def _said(described):
    for number, (obj, groups, author) in described.commented.items():
        comment = Comment(number, Subject("sources", obj, obj), "x", groups, author, NOW, NOW)
        yield Create("comments", str(number), comment.to_fields())
    for number, (obj, groups, author) in described.annotated.items():
        annotation = Annotation(
            number, obj, f"origin {number}", {"n": number}, groups, author, "x", NOW, NOW
        )
        yield Create("annotations", annotation.key, annotation.to_fields())
    for number, (obj, stream) in described.pictured.items():
        whom = EVERYBODY if stream is None else of_stream(stream)
        thumbnail = Thumbnail(number, obj, "new", f"thumbs/{number}", (whom,), 1, NOW, NOW)
        yield Create("thumbnails", str(number), thumbnail.to_fields())
