"""The demo world: streams, groups, people and one filter per group."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fritz.errors import Conflict
from fritz.marshal.filter import Filter, Pipeline
from fritz.marshal.filter_version import FilterVersion
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.roles import FULL_USER, SUPER_ADMIN
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.ports import Account, Create, DocumentStore
from fritz.services import seed_filters
from fritz.services.filters_store import versions_of

__all__ = ["ADMIN_UID", "STREAMS", "DemoWorld", "demo_accounts", "seed_demo"]

ADMIN_UID = "demo-admin"

PUBLIC, PARTNERSHIP, CALTECH = 1, 2, 3

STREAMS = (
    Stream(PUBLIC, "ZTF Public", "ztf", (1,)),
    Stream(PARTNERSHIP, "ZTF Public+Partnership", "ztf", (1, 2)),
    Stream(CALTECH, "ZTF Public+Partnership+Caltech", "ztf", (0, 1, 2, 3)),
)

GROUPS = (
    Group(SITEWIDE, "Sitewide Group", description="Everybody", stream_ids=(PUBLIC,)),
    Group(2, "Bright Transient Survey", "BTS", "Bright supernovae", (PUBLIC,)),
    Group(3, "Active Galaxies", "AGN", "Nuclei that vary", (PARTNERSHIP,)),
    Group(4, "Fast Transients", "Fast", "What rises within days", (PARTNERSHIP,)),
    Group(5, "Solar System", "Sol", "Asteroids and comets", (PUBLIC,)),
    Group(6, "Variable Stars", "Var", "Stars that vary", (CALTECH,)),
)

FIRST_OWN_GROUP = 11
"""Single-user groups follow from here on, in the order of the people."""


def _filter(
    number: int, name: str, group_id: int, stream_id: int, fid: str, pipeline: Pipeline
) -> Filter:
    return Filter(
        number, name, group_id, stream_id, fid, pipeline, owner_id=1, update_annotations=True
    )


FILTERS = (
    _filter(1, "Bright transients", 2, PUBLIC, "bright", seed_filters.BRIGHT_TRANSIENTS),
    _filter(2, "Nuclear variability", 3, PARTNERSHIP, "nuclei", seed_filters.NUCLEAR),
    _filter(3, "Fast risers", 4, PARTNERSHIP, "risers", seed_filters.FAST_RISERS),
    _filter(4, "Known asteroids", 5, PUBLIC, "moving", seed_filters.MOVING_OBJECTS),
    _filter(5, "Variable stars", 6, CALTECH, "varstr", seed_filters.VARIABLE_STARS),
)


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """What the demo starts with."""

    streams: tuple[Stream, ...]
    groups: tuple[Group, ...]
    filters: tuple[Filter, ...]
    users: tuple[User, ...]

    @property
    def admin(self) -> User:
        """The user who may do everything."""
        return self.users[0]


def seed_demo(documents: DocumentStore, now: datetime) -> DemoWorld:
    """Write what is missing of the demo world; what stands there already is left as it is."""
    dated = tuple(replace(each, created_at=now, modified=now) for each in FILTERS)
    users = tuple(_with_group(n, each) for n, each in enumerate(_users(now), FIRST_OWN_GROUP))
    own = tuple(Group(u.own_group_id or 0, u.username, single_user_group=True) for u in users)
    world = DemoWorld(STREAMS, (*GROUPS, *own), dated, users)
    members: tuple[tuple[str, tuple[Stream | Group | Filter | User, ...]], ...] = (
        ("streams", world.streams),
        ("groups", world.groups),
        ("filters", world.filters),
        ("users", world.users),
    )
    writes = [
        Create(name, str(each.id), each.to_fields()) for name, all_ in members for each in all_
    ]
    for each in world.filters:
        version = FilterVersion(each.id, each.version, each.pipeline, now, by=each.owner_id)
        writes.append(Create(versions_of(each.id), version.fid, version.to_fields()))
    for write in writes:
        with suppress(Conflict):  # it stands already
            documents.commit([write])
    return world


def demo_accounts() -> tuple[Account, ...]:
    """Return the accounts of the demo's people, and one of somebody who is no user yet."""
    people = [
        Account(user.uid or "", user.email, True, f"{user.first_name} {user.last_name}", "demo")
        for user in _users(datetime.fromtimestamp(0, UTC))
    ]
    return (*people, Account("demo-nia", "nia@fritz.invalid", True, "Nia Newcomer", "demo"))


def _with_group(own_group_id: int, user: User) -> User:
    return replace(user, group_ids=(*user.group_ids, own_group_id), own_group_id=own_group_id)


def _users(now: datetime) -> tuple[User, ...]:
    every_group = tuple(group.id for group in GROUPS)
    return (
        User(
            1,
            "admin",
            now,
            "Ada",
            "Admin",
            "admin@fritz.invalid",
            ADMIN_UID,
            roles=(SUPER_ADMIN,),
            group_ids=every_group,
            admin_group_ids=every_group,
            stream_ids=(PUBLIC, PARTNERSHIP, CALTECH),
            email="admin@fritz.invalid",
        ),
        _scientist(2, "brita", "Brita Bright", (1, 2, 5), (PUBLIC,), now),
        _scientist(3, "nuria", "Nuria Nucleus", (1, 2, 3), (PUBLIC, PARTNERSHIP), now),
        _scientist(4, "farid", "Farid Fast", (1, 2, 4), (PUBLIC, PARTNERSHIP), now),
        _scientist(5, "vera", "Vera Variable", (1, 6), (PUBLIC, PARTNERSHIP, CALTECH), now),
    )


def _scientist(
    user_id: int,
    username: str,
    name: str,
    group_ids: tuple[int, ...],
    stream_ids: tuple[int, ...],
    now: datetime,
) -> User:
    first, last = name.split(" ")
    return User(
        user_id,
        username,
        now,
        first,
        last,
        f"{username}@fritz.invalid",
        f"demo-{username}",
        roles=(FULL_USER,),
        group_ids=group_ids,
        stream_ids=stream_ids,
        email=f"{username}@fritz.invalid",
    )
