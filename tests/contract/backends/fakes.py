"""The cloud adapters on our own stand-ins of services that no emulator here offers.

Google's Auth emulator serves in place of ours where FIREBASE_AUTH_EMULATOR_HOST names one.
"""

import os
from contextlib import contextmanager, nullcontext

from emulators.google import Running
from fritz.adapters.cloud.firebase import FirebaseIdentity
from tests.contract.subjects import IdentitySubject
from tests.emulators.running import environ_of
from tests.support.fake_auth import FakeAuth, sign_in

PROJECT = "demo-fritz"


@contextmanager
def identity():
    given = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
    server = nullcontext(given) if given else FakeAuth().serving()
    with server as host, environ_of(Running("FIREBASE_AUTH_EMULATOR_HOST", host)):

        def credential(uid, email, name):
            return sign_in(host, PROJECT, uid, email, name)

        yield IdentitySubject(FirebaseIdentity(PROJECT), credential)
