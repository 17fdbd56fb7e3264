"""The adapters of one machine, in a folder that goes away."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fritz.adapters.embedded.bus import SqliteBus
from fritz.adapters.embedded.delivery import Delivery, http_push
from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.identity import LocalIdentity
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.ports import Account
from tests.contract.subjects import IdentitySubject, WarehouseSubject


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


class PushedBus(SqliteBus):
    """The embedded bus with a delivery for each subscription, as the local platform runs it."""

    def __init__(self, path):
        super().__init__(path)
        self._deliveries = {}

    def subscribe(self, subscription):
        super().subscribe(subscription)
        if subscription.name not in self._deliveries:
            push = http_push(subscription.endpoint)
            delivery = Delivery(self, subscription.name, push, threads=8)
            self._deliveries[subscription.name] = delivery
            delivery.start()

    def rest(self):
        """Stop delivering: what a test left undelivered is tried for ever."""
        while self._deliveries:
            self._deliveries.popitem()[1].stop()

    def close(self):
        self.rest()
        super().close()


@contextmanager
def bus():
    with TemporaryDirectory() as folder:
        pushed = PushedBus(Path(folder) / "bus.sqlite")
        yield pushed
        pushed.close()


@contextmanager
def warehouse(tables):
    with TemporaryDirectory() as folder:
        store = FolderObjects(Path(folder) / "objects")
        opened = ParquetWarehouse(Path(folder) / "warehouse", store, tables)
        yield WarehouseSubject(opened, store)
        opened.close()


@contextmanager
def identity():
    with documents() as store:
        local = LocalIdentity(store, b"contract")

        def sign_in(uid, email, name):
            return local.sign_in_link(Account(uid, email, True, name, "local"))

        yield IdentitySubject(local, sign_in)
