"""Histories of any size are read whole, whoever writes meanwhile."""

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.ports import Query
from fritz.services import histories
from fritz.services.histories import HistoryStore, Stored
from tests.support.packets import prv_point, ztf_packet

NAME = "ZTF20chunky"


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite")
    yield store
    store.close()


@pytest.fixture
def small_chunks(monkeypatch):
    """Make chunks so small that a handful of points needs several."""
    encode = History.encode
    monkeypatch.setattr(History, "encode", lambda history: encode(history, max_bytes=1500))


def grown(history, candid, points=60):
    """Return the history with another alert, which brings upper limits and detections."""
    jd = 2459000.5 + candid
    prv = [prv_point(jd - 1 - n / 100, magpsf=18.0 + n / 61) for n in range(points)]
    (record,) = read_packet(ztf_packet(candid=candid, object_id=NAME, jd=jd, prv=prv)).records
    return history.merged(record, f"p{candid}")


def chunk_count(documents):
    return documents.count(Query(f"histories/{histories.document_id(NAME)}/chunks"))


def test_a_long_history_comes_back_from_its_chunks(documents, small_chunks):
    store = HistoryStore(documents)
    history = grown(grown(History.empty("ztf", NAME), 1), 2)
    store.save({NAME: history}, store.load([NAME]))
    assert store.get(NAME) == history
    assert chunk_count(documents) > 1


def test_chunks_of_the_past_are_removed(documents, small_chunks):
    store = HistoryStore(documents)
    history = History.empty("ztf", NAME)
    for candid in (1, 2, 3):
        history = grown(history, candid)
        store.save({NAME: history}, store.load([NAME]))
    assert chunk_count(documents) == len(store.load([NAME])[NAME].further)


def test_a_reader_overtaken_by_a_writer_reads_one_of_the_two_histories(documents, small_chunks):
    store = HistoryStore(documents)
    before = grown(History.empty("ztf", NAME), 1)
    after = grown(before, 2)
    store.save({NAME: before}, store.load([NAME]))

    class Overtaken:
        """Lets the writer in between reading the document and reading its chunks."""

        def get_many(self, collection, ids):
            if collection.endswith("/chunks") and store.get(NAME) == before:
                store.save({NAME: after}, store.load([NAME]))
            return documents.get_many(collection, ids)

        def get(self, collection, doc_id):
            return documents.get(collection, doc_id)

    assert HistoryStore(Overtaken()).get(NAME) == after


def test_two_writers_lose_nothing_of_each_other(documents, small_chunks):
    store = HistoryStore(documents)
    empty = store.load([NAME])
    ours, theirs = grown(History.empty("ztf", NAME), 1), grown(History.empty("ztf", NAME), 2)
    store.save({NAME: ours}, empty)
    store.save({NAME: theirs}, empty)
    assert store.get(NAME) == ours.union(theirs)


def test_commits_stay_within_what_firestore_takes(monkeypatch):
    monkeypatch.setattr(histories, "MOST_BYTES", 4000)
    sizes = []

    class Counting:
        def commit(self, writes):
            sizes.append(sum(len(write.data["points"]) for write in writes))

    store = HistoryStore(Counting())
    changed = {f"{NAME}{n}": grown(History.empty("ztf", f"{NAME}{n}"), n + 1) for n in range(6)}
    store.save(changed, dict.fromkeys(changed, Stored(History.empty("ztf", NAME), None)))
    largest = max(len(history.encode()[0]) for history in changed.values())
    assert len(sizes) > 1
    assert max(sizes) <= max(4000, largest)
