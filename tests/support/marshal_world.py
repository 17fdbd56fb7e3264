"""The demo world with candidates, packets and histories in it, for tests of the web app."""

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects
from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.errors import Unauthorized
from fritz.marshal.candidate import Candidate, PacketPlace
from fritz.marshal.source import Source
from fritz.ports import Account, DocumentStore, ObjectStore, Put
from fritz.services.candidates import CandidateStore
from fritz.services.groups import UserStore
from fritz.services.histories import HistoryStore, Stored
from fritz.services.seed import FILTERS, seed_demo
from fritz.services.sources import SourceStore
from fritz.services.tokens import TokenStore
from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.fakes import MemoryBus
from tests.support.packets import fits_stamp, prv_point, ztf_packet

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
JD_NOW = 2461367.75
FIRST_CANDID = 3247253560115015000
INDEXES = Path(__file__).parents[2] / "infra" / "terraform" / "firestore.indexes.json"
"""Queries that Firestore would refuse for want of an index are refused in tests, too."""


class FakeIdentity:
    """Signs in who has a credential; each works once."""

    def __init__(self) -> None:
        self.credentials: dict[str, str] = {}
        self.sessions: dict[str, str] = {}

    def start_session(self, credential, valid_s):
        if credential not in self.credentials:
            raise Unauthorized("this sign-in link is not valid any more")
        cookie = f"cookie-{credential}"
        self.sessions[cookie] = self.credentials.pop(credential)
        return cookie

    def account(self, cookie):
        if cookie not in self.sessions:
            raise Unauthorized("the session is over")
        uid = self.sessions[cookie]
        return Account(uid, f"{uid}@fritz.invalid", True, uid, "fake")

    def end_sessions(self, uid):
        self.sessions = {c: each for c, each in self.sessions.items() if each != uid}


@dataclass
class World:
    """A platform with the demo's people and groups; candidates are added by the test."""

    documents: DocumentStore
    objects: ObjectStore
    identity: FakeIdentity = field(default_factory=FakeIdentity)
    warehouse: Any = field(default_factory=DuckdbWarehouse)
    bus: MemoryBus = field(default_factory=MemoryBus)
    clock: Callable[[], datetime] = lambda: NOW
    sign_in: Any = None
    added: int = 0

    def token(self, username: str, *acls: str) -> str:
        """Return a new token's secret; without acls it may do what its owner may."""
        user = UserStore(self.documents).by_name(username)
        assert user is not None
        self.added += 1
        randomness = self.added.to_bytes(32)
        return TokenStore(self.documents).create(
            user, f"test {self.added}", acls or sorted(user.permissions), NOW, randomness
        )

    def credential(self, username: str) -> str:
        """Return a new sign-in credential of a user."""
        user = UserStore(self.documents).by_name(username)
        assert user is not None
        assert user.uid is not None
        self.added += 1
        self.identity.credentials[f"once-{self.added}"] = user.uid
        return f"once-{self.added}"

    def candidate(self, obj_id="ZTF26aaaaaaa", filter_id=1, passed_at=NOW, **changed) -> Candidate:
        """Add a candidate with its packet and its history."""
        self.added += 1
        candid = changed.pop("candid", FIRST_CANDID + self.added)
        programid = changed.pop("programid", 1)
        jd = changed.pop("jd", JD_NOW)
        prv = changed.pop("prv", supernova(self.added))
        ra, dec = 150.0 + self.added % 30, 20.0 + self.added % 20 / 7
        packet = ztf_packet(
            candid, obj_id, jd, ra, dec, programid, prv=prv, fid=2, magpsf=17.9, sigmapsf=0.05,
            stamps=_stamps(self.added),
        )  # fmt: skip
        place = PacketPlace(f"packs/ztf/20261123/{candid}.pack", 7, len(packet))
        self.objects.create(place.pack, b"before-" + packet + b"after")
        self._remember(obj_id, packet)
        passed = next(each for each in FILTERS if each.id == filter_id)
        candidate = Candidate(
            obj_id=obj_id, filter_id=filter_id, group_id=passed.group_id,
            stream_id=passed.stream_id, candid=candid, passed_at=passed_at, survey="ztf",
            programid=programid, ra=ra, dec=dec, jd=jd, fid=2, magpsf=17.9, score=0.987,
            packet=place,
            annotations={"age_days": 12.4, "mag": 17.9, "detections": 14} | changed,
        )  # fmt: skip
        CandidateStore(self.documents).add_new([candidate])
        return candidate

    def set(self, collection: str, doc_id: str, fields: dict[str, Any]) -> None:
        """Write a document whole."""
        self.documents.commit([Put(collection, doc_id, fields)])

    def save(self, obj_id: str, *group_ids: int, saved_by: int = 1) -> None:
        """Save a known object to groups."""

        def change(known, _):
            assert known is not None
            return known, [Source(obj_id, each, self.clock(), saved_by) for each in group_ids]

        SourceStore(self.documents).change(obj_id, group_ids, change)

    def _remember(self, obj_id: str, packet: bytes) -> None:
        store = HistoryStore(self.documents)
        known = store.load([obj_id])
        record = read_packet(packet).records[0]
        history: History = known[obj_id].history.merged(record, f"test/{self.added}")
        store.save({obj_id: history}, {obj_id: Stored(history, known[obj_id].version)})


def make_world(folder: Path) -> World:
    """Return the demo world, kept in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "documents.sqlite").write_bytes(_seeded())
    documents = SqliteDocuments(folder / "documents.sqlite", INDEXES)
    return World(documents, FolderObjects(folder / "objects"))


@cache
def _seeded() -> bytes:
    """Return a store with the demo in it; seeding takes longer than most tests do."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "documents.sqlite"
        documents = SqliteDocuments(path, INDEXES)
        seed_demo(documents, NOW)
        documents.close()
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def supernova(seed: int) -> list[dict]:
    """Return 40 days of a supernova in three bands: limits, then the rise and the decline."""
    points = []
    for night in range(40):
        fid = (1, 2, 3)[night % 3]
        phase = night - 14 - seed % 5
        jd = JD_NOW - 40 + night + 0.01 * seed % 0.3
        mag = 17.6 + 0.01 * seed % 0.8 + (phase / 9) ** 2 * (0.6 if phase > 0 else 1.4)
        if mag > 20.3:
            points.append(prv_point(jd, fid=fid, diffmaglim=20.2 + 0.3 * math.sin(night)))
        else:
            error = 0.03 * 10 ** (0.25 * (mag - 17.5))
            points.append(prv_point(jd, mag + 0.03 * math.sin(7 * night), fid=fid, sigmapsf=error))
    return points


def _stamps(seed: int) -> tuple[bytes, bytes, bytes]:
    return (
        fits_stamp(seed=seed, peak=300.0),
        fits_stamp(seed=seed + 1000, peak=90.0),
        fits_stamp(seed=seed + 2000, peak=210.0),
    )
