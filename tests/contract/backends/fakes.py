"""The cloud adapters on our own stand-ins of services that no emulator here offers.

Google's Auth emulator serves in place of ours where FIREBASE_AUTH_EMULATOR_HOST names one.
"""

import os
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from emulators.google import Running
from fritz.adapters.cloud.bigquery import BigQueryWarehouse
from fritz.adapters.cloud.firebase import FirebaseIdentity
from fritz.adapters.embedded.objects import FolderObjects
from tests.contract.subjects import IdentitySubject, WarehouseSubject
from tests.emulators.running import environ_of
from tests.support.fake_auth import FakeAuth, sign_in
from tests.support.fake_bigquery import FakeBigQuery, serving
from tests.support.googlesql import GoogleSql

MARKS = (pytest.mark.xdist_group("googlesql"),)
PROJECT = "demo-fritz"


@contextmanager
def identity():
    given = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
    server = nullcontext(given) if given else FakeAuth().serving()
    with server as host, environ_of(Running("FIREBASE_AUTH_EMULATOR_HOST", host)):

        def credential(uid, email, name):
            return sign_in(host, PROJECT, uid, email, name)

        yield IdentitySubject(FirebaseIdentity(PROJECT), credential)


@contextmanager
def warehouse(tables):
    """Offer BigQuery's wire, with Google's reference engine of GoogleSQL behind it."""
    with TemporaryDirectory() as folder:
        objects = FolderObjects(Path(folder))
        service = FakeBigQuery(GoogleSql(tables.values()), tables, objects)
        with serving(service):
            opened = BigQueryWarehouse(
                "p", "archive", "bucket", tables, client=service.client, writer=service.writer
            )
            yield WarehouseSubject(opened, objects, prunes=False)
