"""What requests cost on Firestore: documents read, whatever there is of data."""

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.services.tokens import TokenStore
from tests.support.counting_documents import CountingDocuments
from tests.support.many_groups import NIGHT, Size, name_of, populate
from tests.support.marshal_world import INDEXES, World
from webapp.app import create_app
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
CANDIDATE = {
    "id": "ZTF26posted", "ra": 1.0, "dec": 2.0, "filter_ids": [5], "passed_at": NIGHT.isoformat(),
}  # fmt: skip

BOUNDS = {
    ("HEAD", f"/api/candidates/{name_of(3)}"): 2,
    ("HEAD", f"/api/sources/{name_of(3)}"): 2,
    ("GET", "/api/candidates?numPerPage=25"): 240,
    ("GET", "/api/candidates?numPerPage=25&savedStatus=notSavedToAnyAccessible"): 340,
    ("GET", "/api/sources?numPerPage=25"): 260,
    ("GET", f"/api/sources/{name_of(4)}"): 20,
    ("POST", "/api/candidates"): 12,
}
"""Method and path -> documents that it may read, for somebody in 64 groups."""


@pytest.fixture(scope="module", params=[1200, 2400], ids="{} candidates".format)
def asked(request, tmp_path_factory):
    """Return what tells how many documents a request reads in a world of that size."""
    documents = SqliteDocuments(tmp_path_factory.mktemp("reads") / "documents.sqlite", INDEXES)
    user = populate(documents, Size(request.param, request.param // 4))
    secret = TokenStore(documents).create(user, "test", user.acls, user.created_at, bytes(32))
    counting = CountingDocuments(documents)
    client = create_app(World(counting, None, clock=lambda: NIGHT), SETTINGS).test_client()

    def ask(method, path):
        body = CANDIDATE if method == "POST" else None
        for _ in range(2):  # the first fills what a process keeps: tokens, streams, filters
            counting.reset()
            answer = client.open(
                path, method=method, json=body, headers={"Authorization": f"token {secret}"}
            )
            assert answer.status_code == 200, answer.json
        return counting.read

    yield ask
    documents.close()


@pytest.mark.parametrize(("request_", "most"), BOUNDS.items(), ids=str)
def test_a_request_reads_no_more_than_its_bound(asked, request_, most):
    assert asked(*request_) <= most
