"""Every document of an embedded store, for comparing two states of it."""

from fritz.ports import Query

__all__ = ["dump"]


def dump(documents, *, without=()):
    """Return all documents by collection and id, but for those of the collections `without`."""
    with documents._pool.reading() as connection:  # the port lists no collections
        rows = connection.execute("SELECT DISTINCT collection FROM documents").fetchall()
    names = sorted(name for (name,) in rows if name not in without)
    return {name: {row.id: row.data for row in documents.query(Query(name))} for name in names}
