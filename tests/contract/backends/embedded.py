"""The adapters of one machine, in a folder that goes away."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects


@contextmanager
def documents():
    with TemporaryDirectory() as folder:
        store = SqliteDocuments(Path(folder) / "documents.sqlite")
        yield store
        store.close()


@contextmanager
def objects():
    with TemporaryDirectory() as folder:
        yield FolderObjects(Path(folder) / "objects")
